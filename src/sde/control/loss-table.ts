import { cubicTable } from '../../math/cubic-table.js';
import type { SgdModel } from '../model.js';
import type { RateProblem } from './problem.js';

/**
 * The adversarial loss for millions of weights: cubic between the nodes of the control problem, the expectation itself
 * outside them (and everywhere where there are fewer than four nodes).
 */
export function lossTable(
  model: Pick<SgdModel, 'adversarialLoss'>,
  { problem, fields }: Pick<RateProblem, 'problem' | 'fields'>,
): (theta: Float64Array) => number {
  const grids = problem.states.map(({ grid }) => grid);
  const axes = grids.map((grid) => ({ low: grid[0], high: grid[grid.length - 1], nodes: grid.length }));
  if (axes.some(({ nodes }) => nodes < 4)) return (theta) => model.adversarialLoss(theta);
  const points = grids.reduce<number[][]>((all, grid) => all.flatMap((p) => grid.map((x) => [...p, x])), [[]]);
  const between = cubicTable(
    axes,
    Float64Array.from(points, (theta) => fields(theta).adversarialLoss),
  );
  const isInside = (theta: Float64Array): boolean =>
    axes.every(({ low, high }, i) => theta[i] >= low && theta[i] <= high);
  return (theta) => {
    if (isInside(theta)) return between(theta);
    return theta.every(Number.isFinite) ? model.adversarialLoss(theta) : NaN;
  };
}
