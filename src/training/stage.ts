import path from 'node:path';
import { readArtifact } from '../artifacts/files.js';
import { canonicalJson } from '../artifacts/hash.js';
import { partialPath } from '../artifacts/log-file.js';
import { HjbLrError } from '../errors.js';
import { openRunFolder, type RunFolderOptions } from '../execution/ledger.js';
import { parseSchedule } from '../schedules/index.js';
import { checkpointPath } from './checkpoint.js';
import { modelKind, openEngine, type EngineChoice } from './engines/index.js';
import { methodSchema, type Method, type MethodInput } from './method.js';
import { mismatchError, policyMismatches } from './policy-mismatch.js';
import { weightsPath } from './saved-weights.js';
import { openExperiment, openTraining } from './task.js';
import { trainRun, type TrainingRun } from './train.js';

export interface TrainStageOptions {
  readonly experimentPath: string;
  readonly out: string;
  readonly policyPath?: string | undefined;
  /** `NAME:key=value,...` */
  readonly schedule?: string | undefined;
  readonly seed?: number | undefined;
  readonly engine: EngineChoice;
  /** Trains under a policy that was made for another attack, optimizer, batch size or objective; the log names them. */
  readonly allowMismatch?: boolean;
  /** Keeps the final weights beside the log, as `NAME.weights.npz`. */
  readonly saveWeights?: boolean;
  /** Removes what an earlier run of this method and seed left, and starts over. */
  readonly fresh?: boolean;
  readonly commandLine?: string | undefined;
  readonly onProgress?: (event: { stage: string; done: number; total: number; note?: string }) => void;
}

/** `hjb-lr train`: real adversarial SGD under a policy or a baseline -> one training log. */
export async function trainStage(options: TrainStageOptions) {
  const { experiment } = await openExperiment(options.experimentPath);
  await openEngine(options.engine, modelKind(experiment));
  const { name, ...chosen } = await chosenMethod(options);
  const seed = options.seed ?? experiment.seeds[0];
  const file = path.join(options.out, `${name}-seed-${seed}.jsonl`);
  const { onProgress = () => {} } = options;
  const run = await openTraining({
    experimentPath: options.experimentPath,
    engine: options.engine,
    runId: `train/${name}/${seed}`,
    purpose: 'train',
    seed,
    updates: experiment.horizon,
    ...chosen,
    evaluated: true,
    log: file,
  });
  await openTrainFolder(options, run);
  const total = experiment.horizon;
  const saveWeights = options.saveWeights === true;
  const log = await trainRun({
    ...run,
    saveWeights,
    onProgress: (done) => onProgress({ stage: 'train', done, total }),
  });
  const scores = log.evaluations[log.evaluations.length - 1];
  return {
    artifacts: [file, ...(log.end!.weights === undefined ? [] : [path.join(options.out, log.end!.weights.file)])],
    summary: [
      `${log.end!.status}; final adversarial training loss ${scores.train_robust_loss}, robust test accuracy ${scores.test_robust_acc}`,
    ],
    result: { status: log.end!.status, ...scores },
  };
}

/** One record for each method and seed, so that several may share a folder: all that the log's header says is an option. */
async function openTrainFolder({ out, fresh, commandLine }: TrainStageOptions, run: TrainingRun): Promise<void> {
  const { header, log } = run;
  const name = path.basename(log);
  await openRunFolder(out, {
    command: 'train',
    options: JSON.parse(canonicalJson(header)) as RunFolderOptions['options'],
    fresh: fresh === true,
    owns: [log, partialPath(log), checkpointPath(log), weightsPath(log)].map((file) => path.basename(file)),
    expects: [name],
    ledger: name.replace(/jsonl$/, 'run.json'),
    commandLine,
  });
}

interface ChosenMethod {
  readonly name: string;
  readonly method: Method;
  readonly mismatches?: readonly string[];
}

/** The method that the command line asks for: a policy file brings its own clip, a baseline none unless named. */
async function chosenMethod(options: TrainStageOptions): Promise<ChosenMethod> {
  const { policyPath, schedule } = options;
  if ((policyPath === undefined) === (schedule === undefined)) {
    throw new HjbLrError('E_USAGE', 'Give either a policy or a schedule.', {
      remedy: 'For example --policy policy.json, or --schedule wsd:peak=0.4,decay=0.2.',
    });
  }
  if (policyPath !== undefined) return policyMethod(options, policyPath);
  const { optimizer } = (await openExperiment(options.experimentPath)).experiment;
  return {
    method: methodSchema.parse({ optimizer, ...parseSchedule(schedule!) }),
    name: schedule!.replace(/[^A-Za-z0-9.=_-]+/g, '_'),
  };
}

/** @throws E_RUN_MISMATCH for a policy that was made for another experiment, unless that is allowed */
async function policyMethod(options: TrainStageOptions, policyPath: string): Promise<ChosenMethod> {
  const { experiment, workload } = await openExperiment(options.experimentPath);
  const policy = await readArtifact('policy', policyPath);
  const issues = policyMismatches(policy, experiment, workload);
  if (issues.length > 0 && options.allowMismatch !== true) throw mismatchError(policyPath, issues);
  const input: MethodInput = {
    schedule: { name: 'policy', path: path.resolve(policyPath) },
    optimizer: experiment.optimizer,
    clip: policy.output.clip,
  };
  const mismatches = issues.map((issue) => issue.path);
  return { method: methodSchema.parse(input), name: 'policy', ...(mismatches.length === 0 ? {} : { mismatches }) };
}
