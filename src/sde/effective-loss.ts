import type { SdePoint } from '../artifacts/sde-analysis/sde-analysis.js';
import { gaussLegendre } from './expectation/gauss.js';
import type { SgdModel } from './model.js';

const abs = Math.abs;
const sqrt = Math.sqrt;

/** Relative differences below this are rounding of the Jacobian; with them, this many errors of its entries. */
const SYMMETRIC = 1e-6;
const ERRORS = 5;

/** |J - J^T| / |J|, Frobenius norms; 0 for J = 0. */
export function asymmetryOf(J: readonly (readonly number[])[]): number {
  let [skew, all] = [0, 0];
  J.forEach((row, i) => row.forEach((value, j) => ((skew += (value - J[j][i]) ** 2), (all += value * value))));
  return all === 0 ? 0 : sqrt(skew / all);
}

/** Whether the mean field is the gradient of an effective loss, as far as the Jacobian at these points tells. */
export function isGradientField(points: readonly Pick<SdePoint, 'jacobian' | 'standard_errors'>[]): boolean {
  return points.every(({ jacobian: J, standard_errors: { jacobian: errors } }) => {
    const size = sqrt(J.flat().reduce((sum, value) => sum + value * value, 0));
    return J.every((row, i) =>
      row.every((value, j) => abs(value - J[j][i]) <= SYMMETRIC * size + ERRORS * (errors[i][j] + errors[j][i])),
    );
  });
}

/** Nodes of the integral. */
const NODES = 24;

/**
 * G(theta) - G(start) = int_0^1 hbar(start + s (theta - start)) . (theta - start) ds, of a mean field hbar = grad G.
 *
 * @param theta - the weights; the segment from the start of the model to them must lie where the model is sound
 * @throws what `meanField` throws
 *
 * @example
 * effectiveLoss(model, Float64Array.of(0.6)); // of hbar = a (theta - 0.2) and the start 2.2: (a / 2) (0.4^2 - 2^2)
 */
export function effectiveLoss(model: SgdModel, theta: Float64Array): number {
  const step = theta.map((value, i) => value - model.start[i]);
  const hbar = new Float64Array(theta.length);
  const { nodes, weights } = gaussLegendre(NODES);
  return nodes.reduce((sum, node, k) => {
    model.meanField(
      model.start.map((value, i) => value + ((1 + node) / 2) * step[i]),
      hbar,
    );
    return sum + weights[k] * hbar.reduce((dot, value, i) => dot + value * step[i], 0);
  }, 0);
}

/** In one sentence. */
export function effectiveLossSentence(
  model: SgdModel,
  points: readonly SdePoint[],
): { exists: boolean; sentence: string } {
  if (model.weights.length === 1) {
    return { exists: true, sentence: 'With one weight the mean field is the derivative of an effective loss.' };
  }
  const exists = isGradientField(points);
  if (exists) {
    return {
      exists,
      sentence:
        'The Jacobian of the mean field is symmetric at every point looked at: it is the gradient of an effective loss there.',
    };
  }
  const worst = points.reduce((most, point) => (point.asymmetry > most.asymmetry ? point : most));
  const where = model.nameOf(model.pointOf(worst.at));
  const sentence = `There is no effective loss: the mean field is not a gradient, |J - J^T| / |J| = ${worst.asymmetry.toPrecision(3)} at ${where}.`;
  return { exists, sentence };
}
