import { linearRegression } from 'simple-statistics';

/** Observed order of convergence: slope of ln(error) over ln(step) by regression. */
export function observedOrder(steps: readonly number[], errors: readonly number[]): number {
  return linearRegression(steps.map((step, i) => [Math.log(step), Math.log(errors[i])])).m;
}
