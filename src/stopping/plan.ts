import { HjbLrError } from '../errors.js';
import type { StoppingSpec } from '../artifacts/experiment/stopping.js';
import { growthOf, lookUpdates } from './moments.js';

/** What a run with looks consists of, within the gradient evaluations of the same run without any. */
export interface StoppingPlan {
  /** Updates that are left when the looks have been paid for: an upper bound, for the run may stop before. */
  readonly updates: number;
  /** Numbers of updates before each look, the last one `updates`. */
  readonly looks: readonly number[];
  /** Validation examples of one look. */
  readonly examples: number;
  /** Gradient evaluations of minibatches that one look costs. */
  readonly cost: number;
  /** Updates of the annealing before the look after so many updates. */
  readonly annealing: (update: number) => number;
}

export interface StoppingCosts {
  /** Length in updates of the run without looks. */
  readonly updates: number;
  /** Gradient evaluations of one update. */
  readonly update: number;
  /** Gradients and losses of each example of a look. */
  readonly example: number;
  /** Examples of a minibatch. */
  readonly batchSize: number;
  /** Validation examples that may be looked at. */
  readonly available: number;
  /** Whether the optimizer's output is an average, which needs no annealing. */
  readonly averages: boolean;
}

/** With fewer, two looks differ by their examples alone. */
const FEWEST_EXAMPLES = 50;
/** Ratio of successive looks: an annealing before each costs a share of the updates done. */
const GROWTH = { averages: 1.25, anneals: 2 };
/** Updates whose worth of looks is paid for however long a run is, and the bounds of their share. */
const LOOKS_WORTH = 300;
const SHARE = { least: 0.05, most: 0.15 };

/**
 * Plans the looks of a run: at updates first, first growth, first growth^2, ... and at the end, each on as many examples as
 * the looks' share of the budget pays for; where that is fewer than 50, there are fewer looks. The budget is that of
 * the run without looks, so that runs with and without them compare at equal gradient evaluations.
 *
 * @throws E_INVALID where the budget does not hold two looks, or there are no validation examples
 */
export function planStopping(spec: StoppingSpec, costs: StoppingCosts): StoppingPlan {
  requireExamples(costs);
  const { updates, update, example, batchSize, available, averages } = costs;
  const budget = updates * update;
  const allowed = budget * (spec.cost ?? defaultShare(updates));
  const lookCost = (examples: number): number => Math.ceil((examples * example) / batchSize);
  const fewest = Math.min(FEWEST_EXAMPLES, available);
  const affordable = Math.floor(allowed / lookCost(fewest));
  requireTwo(affordable, spec, updates);
  const asked = spec.growth ?? GROWTH[averages ? 'averages' : 'anneals'];
  const wanted = lookUpdates({ first: spec.first, growth: asked, updates }).length;
  const growth = wanted <= affordable ? asked : growthOf(spec.first, updates, affordable);
  const paid = Math.floor((allowed / Math.min(wanted, affordable) / example) * batchSize);
  const examples = Math.max(fewest, Math.min(spec.examples, available, paid));
  const cost = lookCost(examples);
  const annealing = (k: number): number => (averages ? 0 : Math.round(spec.anneal * k));
  const total = (length: number): number =>
    lookUpdates({ first: spec.first, growth, updates: length }).reduce(
      (sum, k) => sum + cost + annealing(k) * update,
      length * update,
    );
  const length = largestWithin(updates, (candidate) => total(candidate) <= budget);
  return {
    updates: length,
    looks: lookUpdates({ first: spec.first, growth, updates: length }),
    examples,
    cost,
    annealing,
  };
}

function defaultShare(updates: number): number {
  return Math.min(SHARE.most, Math.max(SHARE.least, LOOKS_WORTH / updates));
}

/** The largest of 1, ..., most that fits; what one more costs is never negative. */
function largestWithin(most: number, fits: (candidate: number) => boolean): number {
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function requireExamples({ available }: StoppingCosts): void {
  if (available > 0) return;
  throw new HjbLrError(
    'E_INVALID',
    'The run is to stop by its validation loss, and there are no validation examples.',
    {
      remedy: 'Hold some out, for example with "split": { "validation": 0.15 }, or set objective.split to "train".',
      issues: [{ path: 'workload.data.split.validation', message: 'leaves no examples' }],
    },
  );
}

function requireTwo(affordable: number, { first }: StoppingSpec, updates: number): void {
  if (affordable >= 2 && first < updates) return;
  throw new HjbLrError('E_INVALID', 'The run is too short for looks at the validation loss.', {
    remedy: 'Raise stopping.cost or the horizon, lower stopping.first, or leave the stopping out.',
    issues: [
      { path: 'stopping', message: `${affordable} looks fit; the first one is after ${first} of ${updates} updates` },
    ],
  });
}
