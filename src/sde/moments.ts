import type { Ascent } from './attack/ascent.js';
import { forEachNode, type NodeSet } from './expectation/nodes.js';
import type { CompiledLoss } from './loss.js';

/** Expectations of the update direction h = (d_theta l)(theta, x + delta^K), delta^K held, over a set of nodes. */
export interface Moments {
  /** The update direction of one sample [x, label, delta^0]. */
  direction(theta: ArrayLike<number>, sample: ArrayLike<number>, out: Float64Array): void;
  /** E h, [weights]; and how large h is. */
  meanField(theta: ArrayLike<number>, nodes: NodeSet, out: Float64Array): Size;
  /** Cov h about this mean, [weights, weights]. */
  covariance(theta: ArrayLike<number>, nodes: NodeSet, mean: Float64Array, out: Float64Array): void;
  /** E d h / d theta through the ascent, [weights, weights]. */
  jacobian(theta: ArrayLike<number>, nodes: NodeSet, out: Float64Array): void;
  /** E l(theta, x + delta^K), and E l(theta, x). */
  adversarialLoss(theta: ArrayLike<number>, nodes: NodeSet): number;
  cleanLoss(theta: ArrayLike<number>, nodes: NodeSet): number;
}

/** How large a random vector is. */
export interface Size {
  /** Root of the mean square of its length. */
  readonly rootMeanSquare: number;
  /** Share of the heaviest node in the mean square. */
  readonly heaviest: number;
}

export function createMoments(loss: CompiledLoss, ascent: Ascent, dataSize: number): Moments {
  const { weights: n, inputs } = loss;
  const perturbed = new Float64Array(dataSize);
  const h = new Float64Array(n);
  const D = new Float64Array(inputs * n);
  const M = new Float64Array(n * inputs);
  const J = new Float64Array(n * n);

  const direction: Moments['direction'] = (theta, sample, out) => {
    ascent.perturb(theta, sample, perturbed);
    loss.weightGradient(theta, perturbed, out);
  };
  /** J = d_{theta theta} l + M D at x + delta^K, D = d delta^K / d theta. */
  const directionJacobian = (theta: ArrayLike<number>, sample: ArrayLike<number>): void => {
    ascent.perturbWithTangent(theta, sample, perturbed, D);
    loss.weightHessian(theta, perturbed, J);
    loss.mixedHessian(theta, perturbed, M);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        for (let k = 0; k < inputs; k += 1) J[i * n + j] += M[i * inputs + k] * D[k * n + j];
      }
    }
  };
  return {
    direction,
    meanField(theta, nodes, out) {
      out.fill(0);
      let [total, heaviest] = [0, 0];
      forEachNode(nodes, (sample, weight) => {
        direction(theta, sample, h);
        let square = 0;
        for (let i = 0; i < n; i += 1) {
          out[i] += weight * h[i];
          square += weight * h[i] * h[i];
        }
        total += square;
        if (square > heaviest) heaviest = square;
      });
      return { rootMeanSquare: Math.sqrt(total), heaviest: total === 0 ? 0 : heaviest / total };
    },
    covariance(theta, nodes, mean, out) {
      out.fill(0);
      forEachNode(nodes, (sample, weight) => {
        direction(theta, sample, h);
        for (let i = 0; i < n; i += 1) h[i] -= mean[i];
        for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) out[i * n + j] += weight * h[i] * h[j];
      });
    },
    jacobian(theta, nodes, out) {
      out.fill(0);
      forEachNode(nodes, (sample, weight) => {
        directionJacobian(theta, sample);
        for (let k = 0; k < n * n; k += 1) out[k] += weight * J[k];
      });
    },
    adversarialLoss(theta, nodes) {
      let total = 0;
      forEachNode(nodes, (sample, weight) => {
        ascent.perturb(theta, sample, perturbed);
        total += weight * loss.value(theta, perturbed);
      });
      return total;
    },
    cleanLoss(theta, nodes) {
      let total = 0;
      forEachNode(nodes, (sample, weight) => {
        total += weight * loss.value(theta, sample);
      });
      return total;
    },
  };
}
