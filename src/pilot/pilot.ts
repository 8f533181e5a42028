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
import { pilotPeak } from '../training/peak.js';
import { readingMethod } from '../training/reading.js';
import { removeForkPoint } from '../training/fork.js';
import type { TrainingTask } from '../training/training-task.js';
import { evaluationsPerUpdate } from '../training/updates/index.js';
import { ENDS, peakSearchUpdates, planPilot, runName, type PilotDesign, type UpdateCost } from './design.js';
import { endRates, identificationRates } from './rates.js';

/** Purpose of the runs that identify the coefficients, as their logs name it. */
export const IDENTIFICATION = 'pilot/identification';

/** Purpose of the runs that fork from those and decay. */
export const DECAY = 'pilot/decay';

export interface PilotOptions {
  readonly record: ExperimentRecord;
  readonly seed: number;
  readonly engine: EngineChoice;
  /** Folder of the trajectories. */
  readonly folder: string;
}

export interface PilotResult {
  readonly peak: number;
  readonly design: PilotDesign;
  /** Every log of the pilot, all of them charged. */
  readonly logs: readonly TrainingLog[];
  readonly files: readonly string[];
}

/** Runs tasks and returns their logs in order: one after the other, or on worker processes. */
export type RunTrainings = (tasks: readonly TrainingTask[]) => Promise<TrainingLog[]>;

/**
 * The pilot of one seed: first the search for the peak rate, then independently seeded runs up to that peak, with the clip
 * that runs under the policy will have, and then the decays that fork from them: short runs from one state, on the same
 * minibatches, so that what a decay releases is seen beside what holding on would have given.
 *
 * @throws E_INVALID if the plan exceeds the pilot's budget; E_PILOT if no peak can be read
 */
export async function runPilot(options: PilotOptions, runTrainings: RunTrainings): Promise<PilotResult> {
  const { experiment } = options.record;
  const cost = await updateCost(options.record);
  requireSgd(experiment);
  const design = pilotDesign(experiment, cost);
  const searches = peakTasks(options);
  const searchLogs = await runTrainings(searches);
  const peak = pilotPeak(experiment, searchLogs);
  const runs = identificationTasks(options, peak, design);
  const runLogs = await runTrainings(runs);
  const decays = runs.flatMap((run, i) => decayTasks(options, { run, log: runLogs[i], peak, design }));
  const decayLogs = await runTrainings(decays);
  await Promise.all(runs.map((run) => removeForkPoint(run.log)));
  const logs = [...searchLogs, ...runLogs, ...decayLogs];
  return { peak, design, logs, files: [...searches, ...runs, ...decays].map((task) => task.log) };
}

/** How an experiment's pilot spends its budget. @throws E_INVALID if it does not fit */
export function pilotDesign(experiment: Experiment, cost: UpdateCost): PilotDesign {
  return planPilot(experiment.pilot, experiment.horizon, warmupUpdates(experiment), cost);
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
export function pilotLogNames({ pilot }: Pick<Experiment, 'pilot'>, design: PilotDesign): string[] {
  const { peak } = pilot;
  const tournament = peak.method === 'paired_tournament' ? peak.rates.map((_, i) => `tournament-${i}`) : [];
  const search = peak.method === 'd_adaptation' ? ['reading'] : tournament;
  const ends = design.kind === 'forked' ? ENDS : ENDS.slice(0, 1);
  const runs = Array.from({ length: design.runs }, (_, i) => ends.map((end) => runName(i, end)));
  return [...search, ...runs.flat()];
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

function identificationTasks(options: PilotOptions, peak: number, design: PilotDesign): TrainingTask[] {
  const { pilot, optimizer, policy } = options.record.experiment;
  const { kind, runs, trunk, end } = design;
  return Array.from({ length: runs }, (_, i) => {
    const stream = randomStream(options.seed, `pilot/rates/${i}`);
    const [{ rates }] = identificationRates(pilot, peak, design, stream);
    const method = { schedule: { name: 'piecewise' as const, hold: 1, rates }, optimizer, clip: policy.clip };
    const run = task(options, runName(i, 'held'), IDENTIFICATION, trunk + end, method);
    return { ...run, observed: true, ...(kind === 'forked' ? { forkPoint: trunk } : {}) };
  });
}

interface Forked {
  /** The run that is forked, and its log. */
  readonly run: TrainingTask;
  readonly log: TrainingLog;
  readonly peak: number;
  readonly design: PilotDesign;
}

/** The ends that leave a run; none of a run that diverged, whose seed has no fit anyway. */
function decayTasks(options: PilotOptions, { run, log, peak, design: { kind, trunk, end } }: Forked): TrainingTask[] {
  if (kind !== 'forked' || log.end?.status !== 'completed') return [];
  const { pilot, optimizer, policy } = options.record.experiment;
  const { n_grad_evals = 0 } = log.steps[trunk - 1];
  const shared = log.steps.slice(0, trunk).map((step) => Number(step.lr));
  const name = path.basename(run.log, '.jsonl');
  return ENDS.slice(1).map((kindOfEnd) => {
    const rates = [...shared, ...endRates(kindOfEnd, pilot, peak, end)];
    const method = { schedule: { name: 'piecewise' as const, hold: 1, rates }, optimizer, clip: policy.clip };
    return {
      ...task(options, `${name}-${kindOfEnd}`, DECAY, trunk + end, method),
      seed: run.seed,
      observed: true,
      forkedFrom: { log: run.log, run_id: run.runId, update: trunk, n_grad_evals },
    };
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
