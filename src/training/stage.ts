import path from 'node:path';
import { readArtifact } from '../artifacts/files.js';
import { HjbLrError } from '../errors.js';
import { parseSchedule } from '../schedules/index.js';
import { openEngine, type EngineChoice } from './engines/index.js';
import { methodSchema, type Method, type MethodInput } from './method.js';
import { openExperiment, runTraining } from './task.js';

export interface TrainStageOptions {
  readonly experimentPath: string;
  readonly out: string;
  readonly policyPath?: string | undefined;
  /** `NAME:key=value,...` */
  readonly schedule?: string | undefined;
  readonly seed?: number | undefined;
  readonly engine: EngineChoice;
  readonly onProgress?: (event: { stage: string; done: number; total: number; note?: string }) => void;
}

/** `hjb-lr train`: real adversarial SGD under a policy or a baseline -> one training log. */
export async function trainStage(options: TrainStageOptions) {
  await openEngine(options.engine);
  const { experiment } = await openExperiment(options.experimentPath);
  const { method, name } = await chosenMethod(options, experiment.optimizer);
  const seed = options.seed ?? experiment.seeds[0];
  const file = path.join(options.out, `${name}-seed-${seed}.jsonl`);
  const { onProgress = () => {} } = options;
  const log = await runTraining(
    {
      experimentPath: options.experimentPath,
      engine: options.engine,
      runId: `train/${name}/${seed}`,
      purpose: 'train',
      seed,
      updates: experiment.horizon,
      method,
      evaluated: true,
      log: file,
    },
    (done) => onProgress({ stage: 'train', done, total: experiment.horizon }),
  );
  const scores = log.evaluations[log.evaluations.length - 1];
  return {
    artifacts: [file],
    summary: [
      `${log.end!.status}; final adversarial training loss ${scores.train_robust_loss}, robust test accuracy ${scores.test_robust_acc}`,
    ],
    result: { status: log.end!.status, ...scores },
  };
}

/** The method that the command line asks for: a policy file brings its own clip, a baseline none unless named. */
async function chosenMethod(
  { policyPath, schedule }: TrainStageOptions,
  optimizer: Method['optimizer'],
): Promise<{ method: Method; name: string }> {
  if ((policyPath === undefined) === (schedule === undefined)) {
    throw new HjbLrError('E_USAGE', 'Give either a policy or a schedule.', {
      remedy: 'For example --policy policy.json, or --schedule wsd:peak=0.4,decay=0.2.',
    });
  }
  if (policyPath !== undefined) {
    const { output } = await readArtifact('policy', policyPath);
    const policy: MethodInput = {
      schedule: { name: 'policy', path: path.resolve(policyPath) },
      optimizer,
      clip: output.clip,
    };
    return { method: methodSchema.parse(policy), name: 'policy' };
  }
  return {
    method: methodSchema.parse({ optimizer, ...parseSchedule(schedule!) }),
    name: schedule!.replace(/[^A-Za-z0-9.=_-]+/g, '_'),
  };
}
