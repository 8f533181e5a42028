import { Matrix, solve } from 'ml-matrix';
import { HjbLrError } from '../../errors.js';
import type { SgdModel } from '../model.js';
import { spectrumOf } from './linear.js';

/** Newton steps, and mean updates before a second try. */
const MOST_STEPS = 40;
const MEAN_UPDATES = 300;
/** Of hbar, relative to the root mean square of the update direction. */
const AT_REST = 1e-9;

/**
 * Where hbar vanishes: Newton's method from the start, its step halved until |hbar| falls; from further along the mean path
 * if that leads to a place that is not stable.
 * @throws E_NOT_CONVERGED where there is none
 */
export function restPoint(model: SgdModel): { theta: Float64Array; D: Matrix } {
  const first = newton(model, model.start);
  if (first !== null && isStable(first.D)) return first;
  const second = newton(model, meanPathEnd(model));
  if (second !== null && isStable(second.D)) return second;
  throw new HjbLrError('E_NOT_CONVERGED', 'The mean field has no stable rest point that the start leads to.', {
    remedy: 'The weights keep drifting, and there is no invariant measure: add a penalty on the weights to the loss.',
  });
}

function newton(model: SgdModel, from: Float64Array): { theta: Float64Array; D: Matrix } | null {
  const n = from.length;
  let theta = from.slice();
  let [hbar, size] = fieldAt(model, theta);
  for (let k = 0; k < MOST_STEPS; k += 1) {
    const D = Matrix.from1DArray(n, n, model.fields.jacobian(theta).values);
    if (norm(hbar) <= AT_REST * size) return { theta, D };
    const step = solve(D, Matrix.columnVector(hbar), true).to1DArray();
    let share = 1;
    for (; share > 1e-6; share /= 2) {
      const next = theta.map((value, i) => value - share * step[i]);
      const [field, scale] = fieldAt(model, next);
      if (!(norm(field) < norm(hbar))) continue;
      [theta, hbar, size] = [next, field, scale];
      break;
    }
    if (share <= 1e-6) return norm(hbar) <= 1e3 * AT_REST * size ? { theta, D } : null;
  }
  return null;
}

/** hbar, and the size of the update direction. */
function fieldAt({ fields, batchSize, weights: { length: n } }: SgdModel, theta: Float64Array): [Float64Array, number] {
  const { values } = fields.meanFieldAndCovariance(theta);
  const hbar = values.slice(0, n);
  let squares = norm(hbar) ** 2;
  for (let i = 0; i < n; i += 1) squares += batchSize * values[n + i * n + i];
  return [hbar, Math.sqrt(squares)];
}

function meanPathEnd(model: SgdModel): Float64Array {
  const theta = model.start.slice();
  const hbar = theta.slice();
  for (let k = 0; k < MEAN_UPDATES; k += 1) {
    model.meanField(theta, hbar);
    for (let i = 0; i < theta.length; i += 1) theta[i] -= model.eta * model.rate.upper * hbar[i];
  }
  return theta;
}

function isStable(D: Matrix): boolean {
  return spectrumOf(D).slowest > 0;
}

function norm(values: Float64Array): number {
  return Math.hypot(...values);
}
