import type { SgdAttackSpec } from '../artifacts/sgd-model/sgd-model.js';
import { norm, type DIRECTIONS } from './attack/directions.js';
import { vectorKernel, type Kernel } from './kernel.js';
import { jacobianOf, placesOf } from './loss.js';
import type { SgdModel } from './model.js';

const abs = Math.abs;
const min = Math.min;
const sqrt = Math.sqrt;

/**
 * The update direction of a penalised ascent by its expansion in eta_I to second order,
 *   h = d_theta l + K eta_I M g + eta_I^2 ((K (K - 1) / 2) M (H - lambda) g + (K^2 / 2) T[g, g]) + O(eta_I^3),
 * g = grad_x l, H = d_xx l, M = d_{theta x} l, T = d_{theta x x} l, all at the clean input (expansion of Gu & Guo 2021).
 *
 * @returns a function of weights and sample that writes h, [n]; null for any other attack
 *
 * @example
 * const expanded = await expandedDirection(model);
 * expanded?.([0.6], [1.2], h); // of (theta - x)^2 / 2, K = 7, eta_I = 0.15, lambda = 3: h[0] = -0.6 (1 + 1.05 - 0.945)
 */
export async function expandedDirection(model: SgdModel): Promise<Kernel | null> {
  const { file, loss } = model;
  const { attack } = file;
  if (attack.type !== 'penalised_ascent') return null;
  const { steps: K, eta_i: eta, lambda } = attack;
  const [n, d] = [loss.weights, loss.inputs];
  const T = await thirdDerivatives(model);
  const g = new Float64Array(d);
  const H = new Float64Array(d * d);
  const M = new Float64Array(n * d);
  const third = new Float64Array(n * d * d);
  return (theta, z, out) => {
    loss.weightGradient(theta, z, out);
    loss.inputGradient(theta, z, g);
    loss.inputHessian(theta, z, H);
    loss.mixedHessian(theta, z, M);
    T(theta, z, third);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < d; j += 1) {
        let turned = -lambda * g[j];
        let bent = 0;
        for (let k = 0; k < d; k += 1) {
          turned += H[j * d + k] * g[k];
          bent += third[(i * d + j) * d + k] * g[j] * g[k];
        }
        out[i] += M[i * d + j] * (K * eta * g[j] + ((eta * eta * K * (K - 1)) / 2) * turned);
        out[i] += ((eta * eta * K * K) / 2) * bent;
      }
    }
  };
}

/** T, [weights, inputs, inputs]. */
async function thirdDerivatives({ file, loss }: SgdModel): Promise<Kernel> {
  const { weights, inputs, label } = file;
  const at = placesOf(weights, [...inputs, ...(label === null ? [] : [label])]);
  return vectorKernel(await jacobianOf(loss.terms.mixedHessian, inputs), at);
}

/**
 * The loss that adversarial training descends to first order in the size of its steps,
 *   G = E l + E phi(grad_x l),
 * phi(g) = (K eta_I / 2) |g|_2^2 for the penalised ascent; for projected ones the dual norm min(K alpha, eps) |g|, and a
 * Huber function of |g| where the gradient itself is followed.
 *
 * @returns null where phi has no such form: a normalised direction with a box of several inputs
 * @throws what `meanField` throws
 *
 * @example
 * gradientPenaltyLoss(model, [0.6]); // of the same model, E (theta - x)^2 = 0.97: 0.485 (1 + 1.05)
 */
export function gradientPenaltyLoss(model: SgdModel, theta: ArrayLike<number>): number | null {
  const penalty = penaltyOf(model.file.attack, model.loss.inputs);
  if (penalty === null) return null;
  const g = new Float64Array(model.loss.inputs);
  return model.fields.mean(theta, (sample) => {
    model.loss.inputGradient(theta, sample, g);
    return model.loss.value(theta, sample) + penalty(g);
  }).values[0];
}

type Penalty = (g: Float64Array) => number;

function penaltyOf(attack: SgdAttackSpec, inputs: number): Penalty | null {
  if (attack.type === 'none') return () => 0;
  if (attack.type === 'penalised_ascent') return (g) => ((attack.steps * attack.eta_i) / 2) * norm(g) ** 2;
  const reach = attack.steps * attack.alpha;
  const { eps } = attack;
  const box = attack.norm === 'Linf';
  const direction: keyof typeof DIRECTIONS =
    inputs === 1 && attack.direction === 'normalised' ? 'sign' : attack.direction;
  if (direction === 'gradient') {
    return box
      ? (g) => g.reduce((sum, value) => sum + huber(abs(value), reach, eps), 0)
      : (g) => huber(norm(g), reach, eps);
  }
  if (direction === 'sign') {
    const length = box ? min(reach, eps) : min(reach, eps / sqrt(inputs));
    return (g) => g.reduce((sum, value) => sum + length * abs(value), 0);
  }
  return box ? null : (g) => min(reach, eps) * norm(g);
}

/** k s^2 / 2 up to k s = eps, then eps s - eps^2 / 2k. */
function huber(s: number, k: number, eps: number): number {
  return k * s <= eps ? (k * s * s) / 2 : eps * s - (eps * eps) / (2 * k);
}
