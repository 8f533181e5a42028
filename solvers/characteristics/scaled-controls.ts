import type { BoxProblem } from './box-minimizer.js';
import type { ResolvedProblem } from './problem.js';
import { follow, sensitivity, type TimeGrid } from './trajectory.js';

/**
 * The cost as a function of v = u / width for each interval and control, so that controls of different units and
 * intervals of different length weigh the same: the inner product is the mean over time, sum of a b dt / T.
 */
export interface ScaledControls {
  readonly box: BoxProblem;
  readonly scale: (controls: Float64Array) => Float64Array;
  readonly unscale: (point: Float64Array) => Float64Array;
}

/** @param initial - sets the width of a control without finite bounds, which is at least 1 */
export function scaledControls(problem: ResolvedProblem, grid: TimeGrid, initial: readonly number[]): ScaledControls {
  const intervals = grid.times.length - 1;
  const spread = (each: (j: number, k: number) => number): Float64Array =>
    Float64Array.from({ length: intervals * initial.length }, (_, i) =>
      each(i % initial.length, Math.floor(i / initial.length)),
    );
  const { controls, horizon } = problem;
  const widths = controls.map(({ lower, upper }, j) => widthOf(upper - lower, initial[j]));
  const width = spread((j) => widths[j]);
  const weights = spread((_, k) => (grid.times[k + 1] - grid.times[k]) / horizon);
  const unscale = (point: Float64Array): Float64Array =>
    point.map((value, i) => clampTo(controls[i % controls.length], value * width[i]));
  return {
    unscale,
    scale: (values) => values.map((value, i) => value / width[i]),
    box: {
      lower: spread((j) => controls[j].lower / widths[j]),
      upper: spread((j) => controls[j].upper / widths[j]),
      weights,
      evaluate: (point) => {
        const values = unscale(point);
        const trajectory = follow(problem, grid, values);
        const gradient = (): Float64Array =>
          sensitivity(problem, grid, values, trajectory).gradient.map((value, i) => (value * width[i]) / weights[i]);
        return { value: trajectory.cost, gradient };
      },
    },
  };
}

function widthOf(range: number, initial: number): number {
  return Number.isFinite(range) && range > 0 ? range : Math.max(1, Math.abs(initial));
}

/** Rounding in value / width * width never leaves the bounds. */
function clampTo({ lower, upper }: { readonly lower: number; readonly upper: number }, value: number): number {
  return Math.min(upper, Math.max(lower, value));
}
