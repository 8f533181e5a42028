import type { PilotOptions } from '../artifacts/experiment/experiment.js';
import { HjbLrError, type Issue } from '../errors.js';
import type { RandomStream } from '../math/random.js';
import { readingUpdates } from '../training/reading.js';

/** What one identification run needs besides the seed. */
export interface IdentificationDesign {
  /** Learning rate of every update. */
  readonly rates: readonly number[];
}

/**
 * Rates of one identification run: held for `hold` updates each, drawn from the two ends {lowest_fraction peak, peak}
 * in pairs of random order, so that both ends are visited equally often (the D-optimal design for drift and noise;
 * rates independent of the state), times the warm-up that runs under a policy have.
 *
 * @param warmupUpdates - W: the rate of update k is multiplied by min(1, (k + 1) / W)
 */
export function randomizedRates(
  { updates_per_run, hold, lowest_fraction }: PilotOptions,
  peak: number,
  warmupUpdates: number,
  stream: RandomStream,
): number[] {
  const levels: number[] = [];
  while (levels.length * hold < updates_per_run) {
    const highFirst = stream.uniform() < 0.5;
    levels.push(...(highFirst ? [1, lowest_fraction] : [lowest_fraction, 1]));
  }
  return Array.from({ length: updates_per_run }, (_, k) => {
    const warmup = warmupUpdates === 0 ? 1 : Math.min(1, (k + 1) / warmupUpdates);
    return peak * levels[Math.floor(k / hold)] * warmup;
  });
}

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

/** What one update costs, and one look at the objective's loss beyond it, in gradient evaluations. */
export interface UpdateCost {
  readonly update: number;
  readonly observation: number;
}

/** 0.35 x 720 is 252, and not what floating point makes of it. */
const WHOLE_SLACK = 1e-6;

/** Of an objective whose loss the update computes anyway; shares of a run do not depend on the attack's steps then. */
const FREE_OBSERVATION: UpdateCost = { update: 1, observation: 0 };

/**
 * Most updates that the whole pilot can take, checked against its budget in gradient evaluations: every update, and in
 * the identification runs what they observe.
 *
 * @throws E_INVALID if the plan could spend more than `budget` of one run, or if no run reaches the peak rate
 */
export function planPilot(
  options: PilotOptions,
  horizon: number,
  warmupUpdates: number,
  cost: UpdateCost = FREE_OBSERVATION,
): number {
  const identification = options.runs * options.updates_per_run;
  const updates = peakSearchUpdates(options, horizon) + identification;
  const issues = [...budgetIssues(options, horizon, updates * cost.update + identification * cost.observation, cost)];
  if (warmupUpdates + 2 * options.hold > options.updates_per_run) {
    issues.push({
      path: 'pilot.updates_per_run',
      message: `${options.updates_per_run} updates do not hold both rates after ${warmupUpdates} of warm-up (hold ${options.hold})`,
    });
  }
  if (issues.length > 0) {
    throw new HjbLrError('E_INVALID', 'The pilot does not fit.', {
      remedy: 'Lower runs, updates_per_run or maximum_fraction, or raise the horizon or the budget.',
      issues,
    });
  }
  return updates;
}

function budgetIssues({ budget }: PilotOptions, horizon: number, planned: number, cost: UpdateCost): Issue[] {
  const oneRun = horizon * cost.update;
  const allowed = Math.floor(budget * oneRun + WHOLE_SLACK);
  if (planned <= allowed) return [];
  const message = `${planned} gradient evaluations planned, ${allowed} allowed (${budget} of ${oneRun})`;
  return [{ path: 'pilot.budget', message }];
}
