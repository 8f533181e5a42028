import type { SgdModel } from '../model.js';
import type { Observable } from '../observables.js';
import { coefficientsOf } from '../simulation/coefficients.js';
import { varyingEquation } from '../simulation/equation.js';
import type { Runner } from '../simulation/ensemble.js';
import { pathRunner } from '../simulation/path.js';
import { requireFinite } from '../simulation/rate-bounds.js';
import { realRunner } from '../simulation/real-run.js';
import { platen } from '../simulation/scheme.js';
import { gradientsAlong, type Gradients } from './control-variate.js';
import { WEAK_ORDERS, type ErrorsAtEta } from './errors.js';

const sqrt = Math.sqrt;

/** Steps of Platen's scheme within an update: its error of order 2 is a quarter of what one step would leave. */
const SUBSTEPS = 2;

export interface MonteCarloTask {
  readonly eta: number;
  readonly updates: number;
  readonly runs: number;
  readonly paths: number;
  readonly seed: number;
}

/** The expectations at one eta by runs and paths, less their martingale of mean 0; uncertainties are standard errors. */
export function monteCarloErrors(
  model: SgdModel,
  observables: readonly Observable[],
  task: MonteCarloTask,
): ErrorsAtEta[] {
  const { eta, updates, runs, paths, seed } = task;
  const n = model.weights.length;
  const evaluations = (paths * 12 + runs) * updates;
  const coefficients = coefficientsOf(model, { eta, updates, evaluations });
  const gradients = gradientsAlong(model, observables, eta, updates);
  const [S, D] = [new Float64Array(n * n), new Float64Array(n * n)];
  const meanField = (theta: Float64Array, hbar: Float64Array): void => coefficients.at(theta, hbar, S, D);
  const means = (runner: Runner, name: string, count: number) =>
    meansOf(runner, { name: `${name}/${updates}`, count, seed, updates, eta }, observables, gradients);

  const real = means(realRunner(model, eta, updates, meanField), 'weak-order/real', runs);
  const sde = WEAK_ORDERS.map(({ order, drift }) => {
    const step = platen(varyingEquation(model, coefficients, { eta, order: drift }));
    const equation = varyingEquation(model, coefficients, { eta, order: drift });
    const grid = { eta, updates, substeps: SUBSTEPS };
    return means(pathRunner(model.start, equation, step, grid), `weak-order/${order}`, paths);
  });
  return observables.map((_, q) => ({
    expectation: real[q].mean,
    uncertainty: real[q].error,
    errors: sde.map((each) => each[q].mean - real[q].mean),
    uncertainties: sde.map((each) => sqrt(each[q].error ** 2 + real[q].error ** 2)),
  }));
}

export interface Means {
  readonly name: string;
  readonly count: number;
  readonly seed: number;
  readonly updates: number;
  readonly eta: number;
}

/** Means of the observables at the end, less the martingale of the gradients. */
export function meansOf(runner: Runner, task: Means, observables: readonly Observable[], gradients: Gradients) {
  const { name, count, seed, updates, eta } = task;
  const sums = observables.map(() => ({ mean: 0, squares: 0 }));
  const martingale = new Float64Array(observables.length);
  for (let k = 0; k < count; k += 1) {
    martingale.fill(0);
    runner(seed, `${name}/${k}`, (m, theta, noise) => {
      for (let q = 0; q < martingale.length; q += 1) {
        const g = gradients[q][m - 1];
        for (let i = 0; i < noise.length; i += 1) martingale[q] += g[i] * noise[i];
      }
      if (m < updates) return;
      requireFinite(theta, name, m * eta);
      observables.forEach(({ value }, q) => {
        const sample = value(theta) - martingale[q];
        const change = sample - sums[q].mean;
        sums[q].mean += change / (k + 1);
        sums[q].squares += change * (sample - sums[q].mean);
      });
    });
  }
  return sums.map(({ mean, squares }) => ({ mean, error: sqrt(squares / (count - 1) / count) }));
}
