import { HjbLrError } from '../../../errors.js';
import { mean } from '../../../math/vectors.js';
import type { SgdModel } from '../../model.js';
import { isAffine } from '../affine.js';
import { keptModel, type KeptModel } from '../kept-model.js';
import { visitFactors } from '../visits.js';

/**
 * The mean of a model whose loss is quadratic in its one weight and one input, in two states: theta, and m, the mean of the kept
 * perturbations over the examples (theory 7.2). With grad_theta l = a_i + A theta + M delta and grad_x l = k_i + M theta + H delta
 * at x_i + delta, and bars for means over the examples:
 *   m+ = m + alpha (kbar + M theta + (H - lambda) m), as many times as the attack has steps,
 *   E theta' = theta - rate (abar + A theta + M m+),   E m' = m + p (m+ - m).
 */
export interface MeanClosure {
  readonly kept: KeptModel;
  readonly A: number;
  readonly M: number;
  readonly H: number;
  readonly lambda: number;
  readonly steps: number;
  /** a_i and k_i. */
  readonly weightSlopes: Float64Array;
  readonly inputSlopes: Float64Array;
  /**
   * Variance of a minibatch's gradient in theta over the examples, their perturbations at the distance from the mean where they
   * rest, (k_i - kbar) / (lambda - H): that distance comes from the data alone, whatever the rates are.
   */
  readonly gradientVariance: number;
  /** Variance of the share of the examples that an update visits. */
  readonly visitVariance: number;
  /** Mean of one update from (theta, m) at a learning rate and an attack rate, into `out` [2]. */
  mean(x: ArrayLike<number>, rate: number, alpha: number, out: Float64Array): void;
  /** m+ - m */
  move(x: ArrayLike<number>, alpha: number): number;
}

/** @throws E_INVALID where the mean of the perturbations follows no equation of its own, or does not come to rest */
export function meanClosure(model: SgdModel): MeanClosure {
  const { attack } = model.file;
  if (!isAffine(model) || attack.type !== 'penalised_ascent') throw notClosed(model.file.name);
  const kept = keptModel(model);
  const { loss } = model;
  const value = (kernel: (typeof loss)['weightGradient'], row: Float64Array): number => {
    const out = new Float64Array(1);
    kernel([0], row, out);
    return out[0];
  };
  const [A, M, H] = [loss.weightHessian, loss.mixedHessian, loss.inputHessian].map((kernel) =>
    value(kernel, kept.rows[0]),
  );
  const { lambda, steps } = attack;
  if (!(lambda > H)) throw noRest(lambda, H);
  const weightSlopes = Float64Array.from(kept.rows, (row) => value(loss.weightGradient, row));
  const inputSlopes = Float64Array.from(kept.rows, (row) => value(loss.inputGradient, row));
  const [abar, kbar] = [mean(weightSlopes), mean(inputSlopes)];
  const atRest = weightSlopes.map((a, i) => a - abar + (M * (inputSlopes[i] - kbar)) / (lambda - H));
  const { probability } = kept.visits;
  const moved = (x: ArrayLike<number>, alpha: number): number => {
    let m = x[1];
    for (let k = 0; k < steps; k += 1) m += alpha * (kbar + M * x[0] + (H - lambda) * m);
    return m;
  };
  return {
    kept,
    A,
    M,
    H,
    lambda,
    steps,
    weightSlopes,
    inputSlopes,
    gradientVariance: mean(atRest.map((h) => h * h)) / model.batchSize,
    visitVariance: visitFactors(kept.visits).common ** 2,
    move: (x, alpha) => moved(x, alpha) - x[1],
    mean(x, rate, alpha, out) {
      const m = moved(x, alpha);
      out[0] = -rate * (abar + A * x[0] + M * m);
      out[1] = probability * (m - x[1]);
    },
  };
}

function notClosed(name: string): HjbLrError {
  const what = 'the loss must be quadratic in weight and input together, and the attack a penalised ascent';
  return new HjbLrError('E_INVALID', `The kept perturbations of "${name}" have no equation for their mean alone.`, {
    remedy: 'Only for such a loss is the control solved in two states; leave --control out, or write "start": "zero".',
    issues: [{ path: 'loss', message: what }],
  });
}

function noRest(lambda: number, H: number): HjbLrError {
  return new HjbLrError(
    'E_INVALID',
    `The perturbations come to no rest: lambda = ${lambda} is not above d_xx loss = ${H}.`,
    {
      remedy: `Take a lambda above ${H}.`,
      issues: [{ path: 'attack.lambda', message: `must be above ${H}, got ${lambda}` }],
    },
  );
}
