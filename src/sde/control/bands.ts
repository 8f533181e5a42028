import type { RateRule } from '../iteration/iteration.js';
import type { SgdModel } from '../model.js';
import type { ControlledRuns, RealRuns, RunsOptions } from './runs.js';

/** Weights and rates of runs over time. */
export interface RunBands {
  /** Mean learning rate of each update. */
  readonly meanRates: Float64Array;
  /** The 0.05, 0.5 and 0.95 quantiles over runs, before each update: of the rate, and of each weight. */
  readonly rates: readonly (readonly [number, number, number])[];
  readonly weights: readonly (readonly (readonly [number, number, number])[])[];
  /** Weights before each update of a few runs, [runs][updates, weights]. */
  readonly paths: readonly Float64Array[];
}

/** Runs whose quantiles are taken, and those whose paths are kept. */
export const BAND_RUNS = 1000;
const PATHS = 5;

/** Runs under a rule, and what they went through. */
export function observed(
  model: SgdModel,
  run: RealRuns,
  rates: Float64Array | RateRule,
  options: RunsOptions,
): { outcome: ControlledRuns; bands: RunBands } {
  const n = model.start.length;
  const watched = Math.min(options.runs, BAND_RUNS);
  const updates = Math.round(model.horizon / model.eta);
  const sums = new Float64Array(updates);
  const seen = Array.from({ length: n + 1 }, () => new Float64Array(updates * watched));
  const outcome = run(rates, options, (r, k, theta, rate) => {
    sums[k] += rate;
    if (r >= watched) return;
    seen[n][k * watched + r] = rate;
    for (let i = 0; i < n; i += 1) seen[i][k * watched + r] = theta[i];
  });
  const quantiles = seen.map((values) =>
    Array.from({ length: updates }, (_, k) => threeQuantiles(values.slice(k * watched, (k + 1) * watched))),
  );
  const path = (r: number): Float64Array =>
    Float64Array.from({ length: updates * n }, (_, j) => seen[j % n][Math.floor(j / n) * watched + r]);
  return {
    outcome,
    bands: {
      meanRates: sums.map((sum) => sum / options.runs),
      rates: quantiles[n],
      weights: quantiles.slice(0, n),
      paths: Array.from({ length: Math.min(PATHS, watched) }, (_, r) => path(r)),
    },
  };
}

function threeQuantiles(values: Float64Array): [number, number, number] {
  values.sort();
  const at = (share: number): number => values[Math.round(share * (values.length - 1))];
  return [at(0.05), at(0.5), at(0.95)];
}
