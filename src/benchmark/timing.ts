import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { medianSorted } from 'simple-statistics';
import type { Experiment, Objective } from '../artifacts/experiment/experiment.js';
import { batchSizes } from '../controls/index.js';
import type { EngineChoice } from '../training/engines/index.js';
import type { ExperimentRecord } from '../training/experiment-record.js';
import { scoringAttacks } from '../training/evaluate.js';
import { methodSchema } from '../training/method.js';
import { updateCostOf } from '../pilot/pilot.js';
import { runTraining } from '../training/task.js';
import { evaluationCost } from '../attacks/evaluation.js';
import type { Workload } from '../workloads/index.js';
import type { UnitCosts } from './plan.js';

/** Updates before the clock counts: the first ones compile kernels. */
const WARM_UP = 2;
/** Seconds that the timed updates take together, about. */
const SECONDS = 1.5;
const MOST_UPDATES = 60;

/** A rate that moves nothing: only the time of an update is wanted. */
const TINY_RATE = 1e-6;

/** Gradient evaluations of an update, of an observation and of a score, from the opened workload itself. */
export function unitCosts(workload: Workload, objective: Objective, experiment: Experiment): UnitCosts {
  const { train_examples, test_examples } = experiment.evaluation;
  const scoringAscent = evaluationCost(scoringAttacks(workload, experiment.evaluation));
  const examples = train_examples + test_examples * (objective.split === 'validation' ? 2 : 1);
  return {
    ...updateCostOf(workload, objective),
    scoring: (examples / batchSizes(experiment.batch_size, experiment.horizon).mean) * (1 + scoringAscent),
  };
}

/** Seconds of one gradient evaluation on a minibatch: from a few real updates, whose log is thrown away. */
export async function secondsPerEvaluation(record: ExperimentRecord, engine: EngineChoice): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-timing-'));
  const time = (updates: number) => timedUpdates(record, engine, { updates, log: `${folder}/${updates}.jsonl` });
  try {
    const trial = await time(WARM_UP + 1);
    const more = Math.min(MOST_UPDATES, Math.floor(SECONDS / trial.perUpdate));
    return (more < 2 ? trial : await time(WARM_UP + more)).perEvaluation;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Timing {
  readonly perUpdate: number;
  readonly perEvaluation: number;
}

/** Median seconds of one update after the warm-up. */
async function timedUpdates(
  record: ExperimentRecord,
  engine: EngineChoice,
  { updates, log }: { updates: number; log: string },
): Promise<Timing> {
  const ends: number[] = [];
  const task = { record, engine, runId: 'timing', purpose: 'timing', seed: 0, evaluated: false, updates, log };
  const method = methodSchema.parse({ schedule: { name: 'constant', rate: TINY_RATE }, optimizer: {}, clip: {} });
  const { end } = await runTraining({ ...task, method }, () => ends.push(performance.now()));
  const seconds = ends.slice(WARM_UP).map((at, i) => (at - ends[WARM_UP + i - 1]) / 1000);
  const perUpdate = medianSorted(seconds.sort((a, b) => a - b));
  return { perUpdate, perEvaluation: (perUpdate * end!.updates) / end!.n_grad_evals! };
}

/** How many runs go on at the same time: no more than the cores that their threads fill. */
export function runsAtOnce(workers: number, threads: number, cores: number): number {
  return Math.max(1, Math.min(workers, Math.floor(cores / threads)));
}
