import type { PilotOptions } from '../artifacts/experiment/experiment.js';
import { HjbLrError, type Issue } from '../errors.js';
import { readingUpdates } from '../training/reading.js';

/** What one update costs, and one look at the objective's loss beyond it, in gradient evaluations. */
export interface UpdateCost {
  readonly update: number;
  readonly observation: number;
}

/** How a pilot spends its updates, complete. */
export interface PilotDesign {
  /**
   * `forked`: runs of their own, each of which forks into ends that share its state (src/pilot/rates.ts). `randomized`: runs
   * of their own at random rates. `none`: what is left of the budget identifies nothing, so that no run is spent on it.
   */
  readonly kind: 'forked' | 'randomized' | 'none';
  /** Most updates of the search for the peak. */
  readonly search: number;
  /** Independent runs. */
  readonly runs: number;
  /** Updates of each run before its ends; without ends all of them. */
  readonly trunk: number;
  /** Updates of each end; 0 without. */
  readonly end: number;
  /** Updates over which a run warms up. */
  readonly warmup: number;
  /** Most updates of the whole pilot; those that forked runs share count once. */
  readonly updates: number;
  /** What was chosen and why, in one sentence. */
  readonly words: string;
}

/** Ends of a forked run, the one that goes on as it was first. */
export const ENDS = ['held', 'linear', 'step'] as const;

/** A run that goes on as it was has no end in its name. */
export function runName(i: number, end: (typeof ENDS)[number]): string {
  return end === 'held' ? `run-${i}` : `run-${i}-${end}`;
}

/** Share of a forked run's updates that each of its ends takes. */
const END_SHARE = 0.14;
/** Fewest updates of a run before its ends, and of an end, from which anything is identified. */
const LEAST_TRUNK = 16;
const LEAST_END = 8;

const FORKED_RUNS = 2;
const RANDOMIZED_RUNS = 4;

/** 0.35 x 720 is 252, and not what floating point makes of it. */
const WHOLE_SLACK = 1e-6;

/** Of an objective whose loss the update computes anyway; shares of a run do not depend on the attack's steps then. */
const FREE_OBSERVATION: UpdateCost = { update: 1, observation: 0 };

/** Updates that finding the peak may take at most. */
export function peakSearchUpdates({ peak }: PilotOptions, horizon: number): number {
  switch (peak.method) {
    case 'd_adaptation':
      return readingUpdates(peak, horizon);
    case 'paired_tournament':
      return peak.rates.length * Math.max(1, Math.round(peak.updates_fraction * horizon));
    case 'given':
      return 0;
  }
}

/**
 * How the pilot spends at most its budget in gradient evaluations: every update counts, and in the identification runs what
 * they observe. Without `updates_per_run` the runs take what the search for the peak leaves, so that any horizon fits.
 *
 * @param warmupUpdates - W of a run under the policy; a forked run warms up over at most a quarter of itself
 * @throws E_INVALID if the plan could spend more than `budget` of one run, or if no run of given length reaches the peak
 */
export function planPilot(
  options: PilotOptions,
  horizon: number,
  warmupUpdates: number,
  cost: UpdateCost = FREE_OBSERVATION,
): PilotDesign {
  const { updates_per_run } = options;
  const design =
    updates_per_run === null
      ? forkedDesign(options, horizon, warmupUpdates, cost)
      : randomizedDesign(options, horizon, warmupUpdates, updates_per_run);
  const issues = [...budgetIssues(options, horizon, designCost(design, cost), cost), ...lengthIssues(options, design)];
  if (issues.length === 0) return design;
  throw new HjbLrError('E_INVALID', 'The pilot does not fit.', {
    remedy:
      'Leave out pilot.runs and pilot.updates_per_run, lower maximum_fraction, or raise the horizon or the budget.',
    issues,
  });
}

/** Gradient evaluations of a whole pilot at most. */
export function designCost({ search, updates }: PilotDesign, { update, observation }: UpdateCost): number {
  return updates * update + (updates - search) * observation;
}

function randomizedDesign(options: PilotOptions, horizon: number, warmup: number, trunk: number): PilotDesign {
  const search = peakSearchUpdates(options, horizon);
  const runs = options.runs ?? RANDOMIZED_RUNS;
  const words = `${runs} runs of ${trunk} updates at random rates, as the experiment says; without decays`;
  return { kind: 'randomized', search, runs, trunk, end: 0, warmup, updates: search + runs * trunk, words };
}

function forkedDesign(options: PilotOptions, horizon: number, warmupUpdates: number, cost: UpdateCost): PilotDesign {
  const search = peakSearchUpdates(options, horizon);
  const runs = options.runs ?? FORKED_RUNS;
  const left = allowedCost(options, horizon, cost) - search * cost.update;
  const each = Math.max(0, Math.floor(left / (cost.update + cost.observation) / runs));
  const end = Math.max(LEAST_END, Math.round(END_SHARE * each));
  const trunk = each - ENDS.length * end;
  if (trunk < LEAST_TRUNK && search === 0)
    return { ...peakAlone(runs, each), warmup: Math.min(warmupUpdates, Math.floor(each / 4)) };
  if (trunk < LEAST_TRUNK) {
    const words =
      `no identification runs: after the search for the peak the budget leaves ${runs} x ${each} updates, and ` +
      `${runs} x ${LEAST_TRUNK + ENDS.length * LEAST_END} are the fewest that show a decay`;
    return { kind: 'none', search, runs: 0, trunk: 0, end: 0, warmup: 0, updates: search, words };
  }
  const warmup = Math.min(warmupUpdates, Math.floor(trunk / 4));
  const words =
    `${runs} runs of ${trunk} updates, each forked into ${ENDS.length} ends of ${end} (${ENDS.join(', ')}): what the ` +
    'budget leaves after the search for the peak';
  return { kind: 'forked', search, runs, trunk, end, warmup, updates: search + runs * each, words };
}

/** A peak that is given needs no search, but the fit needs a log: runs too short to show a decay, at random rates. */
function peakAlone(runs: number, each: number): Omit<PilotDesign, 'warmup'> {
  const words = `${runs} runs of ${each} updates at random rates: the budget leaves too little for runs that show a decay`;
  return { kind: 'randomized', search: 0, runs, trunk: each, end: 0, updates: runs * each, words };
}

function allowedCost({ budget }: PilotOptions, horizon: number, cost: UpdateCost): number {
  return Math.floor(budget * horizon * cost.update + WHOLE_SLACK);
}

function budgetIssues(options: PilotOptions, horizon: number, planned: number, cost: UpdateCost): Issue[] {
  const allowed = allowedCost(options, horizon, cost);
  if (planned <= allowed) return [];
  const message = `${planned} gradient evaluations planned, ${allowed} allowed (${options.budget} of ${horizon * cost.update})`;
  return [{ path: 'pilot.budget', message }];
}

function lengthIssues({ hold, updates_per_run }: PilotOptions, { trunk, warmup }: PilotDesign): Issue[] {
  if (updates_per_run === null || warmup + 2 * hold <= trunk) return [];
  const message = `${trunk} updates do not hold both rates after ${warmup} of warm-up (hold ${hold})`;
  return [{ path: 'pilot.updates_per_run', message }];
}
