import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Coefficients } from '../../src/artifacts/coefficients/coefficients.js';
import { experimentSchema, type Experiment } from '../../src/artifacts/experiment/experiment.js';
import { writeArtifact } from '../../src/artifacts/files.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import type { Policy } from '../../src/artifacts/policy/policy.js';
import { gradientEvaluations, type TrainingLog } from '../../src/artifacts/training-log/training-log.js';
import { estimateFiles } from '../../src/estimation/stage.js';
import { runPilot } from '../../src/pilot/pilot.js';
import { nullCandidates, type ScheduleCandidate } from '../../src/synthesis/decision/schedule-candidate.js';
import { solveFile } from '../../src/synthesis/stage/stage.js';
import { recedingStage } from '../../src/receding/stage.js';
import { resolveExperiment, type ExperimentRecord } from '../../src/training/experiment-record.js';
import { methodSchema, type MethodInput } from '../../src/training/method.js';
import { runTraining } from '../../src/training/task.js';
import { benchmarkFile } from '../file.js';
import { ratesOf } from './rates.js';

/** A workload whose whole runs judge closures: an experiment of this repository, with the pilot of the defaults. */
export interface NetworkCase {
  readonly id: string;
  readonly file: string;
  readonly seeds: readonly number[];
  /** How many of the seeds have the oracle closure, the ablations and a run that decides again. */
  readonly deep: number;
}

export const NETWORKS: readonly NetworkCase[] = [
  { id: 'quickstart', file: 'quickstart.json', seeds: [2000, 2001, 2002, 2003, 2004, 2005], deep: 2 },
  { id: 'cnn-pooled', file: 'workloads/cnn-pooled.json', seeds: [2000, 2001, 2002, 2003], deep: 2 },
  {
    id: 'digits',
    file: 'workloads/digits-softmax-l2.json',
    seeds: [2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007],
    deep: 0,
  },
];

/** One seed of a workload: its pilot, what was made of it, and a way to run a schedule to the end. */
export interface PreparedNetwork {
  readonly seed: number;
  readonly coefficients: Coefficients;
  readonly policy: Policy;
  readonly hjb: Policy;
  /** Gradient evaluations of the pilot, in whole runs. */
  readonly pilotRuns: number;
  /** The log of a whole run under a schedule, its final loss on fixed training examples under the training attack. */
  run(schedule: ScheduleCandidate): Promise<TrainingLog>;
  follow(name: string, policy: Policy): Promise<TrainingLog>;
  /** The log of the run that decides again along the way. */
  decideAgain(): Promise<TrainingLog>;
}

/** The pilot, the fit and the decision of a seed, in files in `folder`; what is there already is taken as it is. */
export async function prepareNetwork(out: string, { id, file }: NetworkCase, seed: number): Promise<PreparedNetwork> {
  const folder = path.join(out, id);
  const record = await resolveExperiment(await experimentFile(folder, file));
  const own = path.join(folder, `seed-${seed}`);
  const pilot = await runPilot(
    { record, seed, engine: 'auto', folder: path.join(own, 'trajectories') },
    async (tasks) => {
      const logs: TrainingLog[] = [];
      for (const task of tasks) logs.push(await runTraining(task, () => {}));
      return logs;
    },
  );
  const { coefficients } = await estimateFiles(pilot.files, record.experiment, { out: own, seed });
  const { policy, hjb } = await solveFile(path.join(own, 'coefficients.json'), record.experiment.solver, own);
  const spent = pilot.logs.reduce((sum, log) => sum + gradientEvaluations(log), 0);
  const train = trainer(record, own, seed);
  const { optimizer } = record.experiment;
  const wsd = await train('wsd', {
    method: {
      schedule: {
        name: 'piecewise',
        hold: 1,
        rates: [...ratesOf(nullCandidates(coefficients).wsd, coefficients.horizon)],
      },
      optimizer,
      clip: coefficients.clip,
    },
  });
  return {
    seed,
    coefficients,
    policy,
    hjb,
    pilotRuns: spent / gradientEvaluations(wsd),
    run: (schedule) =>
      train(schedule.name, {
        method: {
          schedule: { name: 'piecewise', hold: 1, rates: [...ratesOf(schedule, coefficients.horizon)] },
          optimizer,
          clip: coefficients.clip,
        },
      }),
    follow: (name, followed) =>
      train(name, {
        method: {
          schedule: { name: 'policy', path: path.resolve(own, `${name}.json`) },
          optimizer,
          clip: followed.clip,
        },
        policy: followed,
      }),
    decideAgain: async () => {
      const { artifacts } = await recedingStage({
        experimentPath: record.file,
        receding: path.join(own, 'trajectories'),
        out: path.join(own, 'receding'),
        seed,
        engine: 'auto',
      });
      return readTrainingLog(artifacts[artifacts.length - 1]);
    },
  };
}

/** The experiment with the pilot of the defaults, scored on 4,000 training examples under the attack that trains. */
async function experimentFile(folder: string, file: string): Promise<string> {
  const given = JSON.parse(readFileSync(benchmarkFile(`learning-rate/${file}`), 'utf8')) as Experiment;
  const workload = given.workload as Exclude<Experiment['workload'], string>;
  const evaluation = { attack: workload.attack, train_examples: 4000, test_examples: 500, checks: null };
  const { pilot: _pilot, benchmark: _benchmark, ...others } = given;
  const written = path.join(folder, 'experiment.json');
  const experiment = experimentSchema.parse({ ...others, evaluation });
  if (!existsSync(written)) await writeArtifact('experiment', written, experiment);
  return written;
}

function trainer(record: ExperimentRecord, folder: string, seed: number) {
  return async (name: string, of: { method: MethodInput; policy?: Policy }): Promise<TrainingLog> => {
    const log = path.join(folder, 'whole', `${name}.jsonl`);
    if (existsSync(log)) return readTrainingLog(log);
    return runTraining(
      {
        record,
        engine: 'auto',
        runId: `closures/${seed}/${name}`,
        purpose: 'closures',
        seed,
        updates: record.experiment.horizon,
        method: methodSchema.parse(of.method),
        ...(of.policy === undefined ? {} : { policy: of.policy }),
        evaluated: true,
        log,
      },
      () => {},
    );
  };
}

/** Final loss on the fixed training examples. */
export function finalLossOf(log: TrainingLog): number {
  const last = log.evaluations[log.evaluations.length - 1];
  return Number(last.train_robust_loss);
}
