import path from 'node:path';
import type { Experiment, Objective } from '../artifacts/experiment/experiment.js';
import type { TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { derivedSeed, randomStream } from '../math/random.js';
import { objectiveOf, type Workload } from '../workloads/index.js';
import type { EngineChoice } from '../training/engines/index.js';
import { openWorkload, type ExperimentRecord } from '../training/experiment-record.js';
import { methodSchema, type MethodInput } from '../training/method.js';
import { observationCost } from '../training/observation.js';
import { readingMethod, readingOf } from '../training/reading.js';
import type { TrainingTask } from '../training/training-task.js';
import { evaluationsPerUpdate } from '../training/updates/index.js';
import { peakSearchUpdates, planPilot, randomizedRates, type UpdateCost } from './design.js';
import { tournamentPeak } from './tournament.js';

/** Purpose of the runs that identify the coefficients, as their logs name it. */
export const IDENTIFICATION = 'pilot/identification';

export interface PilotOptions {
  readonly record: ExperimentRecord;
  readonly seed: number;
  readonly engine: EngineChoice;
  /** Folder of the trajectories. */
  readonly folder: string;
}

export interface PilotResult {
  readonly peak: number;
  /** Every log of the pilot, all of them charged. */
  readonly logs: readonly TrainingLog[];
  readonly files: readonly string[];
}

/** Runs tasks and returns their logs in order: one after the other, or on worker processes. */
export type RunTrainings = (tasks: readonly TrainingTask[]) => Promise<TrainingLog[]>;

/**
 * The pilot of one seed: first the search for the peak rate, then independently seeded runs of randomized rates up to
 * that peak, with the clip and the warm-up that runs under the policy will have.
 *
 * @throws E_INVALID if the plan exceeds the pilot's budget; E_PILOT if no peak can be read
 */
export async function runPilot(options: PilotOptions, runTrainings: RunTrainings): Promise<PilotResult> {
  const { experiment } = options.record;
  const cost = await updateCost(options.record);
  requireSgd(experiment);
  planPilot(experiment.pilot, experiment.horizon, warmupUpdates(experiment), cost);
  const searches = peakTasks(options);
  const searchLogs = await runTrainings(searches);
  const peak = pilotPeak(experiment, searchLogs);
  const runs = identificationTasks(options, peak);
  const runLogs = await runTrainings(runs);
  return { peak, logs: [...searchLogs, ...runLogs], files: [...searches, ...runs].map((task) => task.log) };
}

/**
 * Closures, and the policies that follow from them, are of SGD.
 * @throws E_INVALID for an experiment with another optimizer
 */
export function requireSgd({ optimizer: { name } }: Experiment): void {
  if (name === 'sgd') return;
  throw new HjbLrError('E_INVALID', `The pilot's closures are of SGD; the experiment's optimizer is ${name}.`, {
    remedy: 'Set "optimizer" to { "name": "sgd" }, or train with a schedule: hjb-lr train EXPERIMENT --schedule ...',
    issues: [{ path: 'optimizer.name', message: `expected "sgd"; got "${name}"` }],
  });
}

/** Gradient evaluations of one update of an experiment, and of one look at its objective's loss. */
export async function updateCost(record: ExperimentRecord): Promise<UpdateCost> {
  const workload = await openWorkload(record);
  return updateCostOf(workload, objectiveOf(record.experiment, workload));
}

/** The same of a workload that is open. */
export function updateCostOf(workload: Workload, objective: Objective): UpdateCost {
  const ascent = workload.attack === null ? 0 : workload.attack.gradientEvaluations;
  return { update: evaluationsPerUpdate(workload), observation: observationCost(objective, ascent) };
}

/** Names of a pilot's logs, known before it runs. */
export function pilotLogNames({ pilot }: Experiment): string[] {
  const { peak } = pilot;
  const tournament = peak.method === 'paired_tournament' ? peak.rates.map((_, i) => `tournament-${i}`) : [];
  const search = peak.method === 'd_adaptation' ? ['reading'] : tournament;
  return [...search, ...Array.from({ length: pilot.runs }, (_, i) => `run-${i}`)];
}

export function warmupUpdates({ policy, horizon }: Experiment): number {
  return Math.round(policy.warmup_fraction * horizon);
}

/** Runs that find the peak: one D-Adaptation run, or the tournament's on one data order, or none. */
function peakTasks(options: PilotOptions): TrainingTask[] {
  const { pilot, horizon, policy, optimizer } = options.record.experiment;
  const { peak } = pilot;
  switch (peak.method) {
    case 'd_adaptation': {
      const updates = peakSearchUpdates(pilot, horizon);
      return [task(options, 'reading', 'pilot/reading', updates, readingMethod(peak))];
    }
    case 'paired_tournament': {
      const updates = peakSearchUpdates(pilot, horizon) / peak.rates.length;
      const seed = derivedSeed(options.seed, 'pilot/tournament');
      return peak.rates.map((rate, i) => {
        const method = { schedule: { name: 'constant' as const, rate }, optimizer, clip: policy.clip };
        return { ...task(options, `tournament-${i}`, 'pilot/tournament', updates, method), seed };
      });
    }
    case 'given':
      return [];
  }
}

/**
 * The peak rate that the logs of a pilot show: those of its search alone are looked at.
 * @throws E_PILOT if the search has no reading, or every run of the tournament diverged
 */
export function pilotPeak({ pilot: { peak } }: Experiment, pilotLogs: readonly TrainingLog[]): number {
  const logs = pilotLogs.filter(({ header }) => header.purpose !== IDENTIFICATION);
  if (peak.method === 'given') return peak.peak;
  if (peak.method === 'paired_tournament') {
    return tournamentPeak(
      logs.map((log, i) => ({
        rate: peak.rates[i],
        losses:
          log.end?.status === 'completed'
            ? log.steps.map((step) => Number(step.train_robust_loss ?? step.train_loss))
            : [NaN],
      })),
    );
  }
  const remedy = 'Set pilot.peak to { "method": "given", "peak": ... } or to a paired_tournament.';
  return peak.multiple * readingOf(logs[0], remedy).rate;
}

function identificationTasks(options: PilotOptions, peak: number): TrainingTask[] {
  const { pilot, optimizer, policy } = options.record.experiment;
  return Array.from({ length: pilot.runs }, (_, i) => {
    const stream = randomStream(options.seed, `pilot/rates/${i}`);
    const rates = randomizedRates(pilot, peak, warmupUpdates(options.record.experiment), stream);
    const method = { schedule: { name: 'piecewise' as const, hold: 1, rates }, optimizer, clip: policy.clip };
    return { ...task(options, `run-${i}`, IDENTIFICATION, pilot.updates_per_run, method), observed: true };
  });
}

function task(
  options: PilotOptions,
  name: string,
  purpose: string,
  updates: number,
  method: MethodInput,
): TrainingTask {
  return {
    record: options.record,
    engine: options.engine,
    runId: `pilot/${options.seed}/${name}`,
    purpose,
    seed: derivedSeed(options.seed, `pilot/${name}`),
    updates,
    method: methodSchema.parse(method),
    evaluated: false,
    log: path.join(options.folder, `${name}.jsonl`),
  };
}
