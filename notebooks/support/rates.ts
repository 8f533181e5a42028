import { meanEstimate, ratioEstimate } from '../../dist/src/math/estimates.js';
import type { ControlledRuns, RateProblem } from '../../dist/src/sde/index.js';
import type { Cell } from './display.ts';

/**
 * l_n = 1 / (a (1 + n + S / (a^2 M0))), the learning rates that minimise E (theta_N - mu)^2 where h = a (theta - mu) + noise of
 * variance S and (theta_0 - mu)^2 = M0.
 */
export function optimalRates({
  a,
  S,
  M0,
  updates,
}: {
  a: number;
  S: number;
  M0: number;
  updates: number;
}): Float64Array {
  return Float64Array.from({ length: updates }, (_, n) => 1 / (a * (1 + n + S / (a * a * M0))));
}

export function constantRates(rate: number, updates: number): Float64Array {
  return new Float64Array(updates).fill(rate);
}

/** Adversarial loss at the end, its excess over the least, and the ratio of both, each with its standard error. */
export function comparedRuns({ lossMinimum }: RateProblem, adaptive: ControlledRuns, fixed: ControlledRuns): Cell[][] {
  const excess = ({ finalLoss }: ControlledRuns): Float64Array => finalLoss.map((loss) => loss - lossMinimum);
  const row = (name: string, read: (runs: ControlledRuns) => Float64Array): Cell[] => {
    const [ours, theirs] = [read(adaptive), read(fixed)];
    return [name, ...[meanEstimate(ours), meanEstimate(theirs), ratioEstimate(theirs, ours)].map(withError)];
  };
  return [row('excess adversarial loss', excess), row('adversarial loss itself', ({ finalLoss }) => finalLoss)];
}

function withError({ mean, standard_error: error }: ReturnType<typeof meanEstimate>): string {
  return mean === null || error === null
    ? 'not finite'
    : `${Number(mean.toPrecision(5))} ± ${Number(error.toPrecision(2))}`;
}
