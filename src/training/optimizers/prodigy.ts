import type { OptimizerOf } from '../../artifacts/experiment/experiment.js';
import { startingArray, startingNumber, type Optimizer, type OptimizerStart } from './optimizer.js';

/**
 * Prodigy (Mishchenko & Defazio 2024, arXiv 2306.06101, algorithm 4) as its package `prodigyopt` has it: Adam whose rate
 * is the schedule's u times an estimate d of the distance from theta_0 to the optimum, from d = d_0 = initial_distance
 * and m = v = s = r = 0. With d' = c g + weight_decay theta written g (decay only where it is not decoupled),
 * eta = u d b, b = sqrt(1 - beta2^k) / (1 - beta1^k) with bias_correction and 1 without,
 *   m <- beta1 m + (1 - beta1) d g,   v <- beta2 v + (1 - beta2) d^2 g^2,
 *   r <- beta3 r + (d / d_0) eta <g, theta_0 - theta>,   s <- beta3 s + (d / d_0) eta g,
 *   d^ = distance_coefficient r / |s|_1,   D <- max(D, d^) (d itself too while d = d_0),   d <- min(D, growth_rate d),
 *   theta <- (1 - weight_decay eta) theta - eta m / (sqrt(v) + epsilon d),
 * beta3 = sqrt(beta2) by default; with safeguard_warmup s takes (d / d_0) d g. Where u = 0, or while all gradients have
 * been 0, nothing moves. The rate that is logged is eta; u = 1 is the package's default.
 *
 * The first steps are of length d_0, near the last bit of a float32 weight: theta_0 - theta is therefore kept as such, so
 * that <g, theta_0 - theta> is right from the first step on.
 */
export function createProdigy(spec: OptimizerOf<'prodigy'>, start: OptimizerStart): Optimizer {
  const { beta1, beta2, epsilon, weight_decay: decay, decoupled, initial_distance: d0 } = spec;
  const beta3 = spec.beta3 ?? Math.sqrt(beta2);
  const growth = spec.growth_rate ?? Infinity;
  const coupled = decoupled ? 0 : decay;
  const shrinking = decoupled ? decay : 0;
  const initial = startingArray(start, 'initial_weights', start.initial);
  const displacement = startingArray(start, 'displacement', new Float32Array(initial.length));
  const theta = initial.map((value, i) => value - displacement[i]);
  const m = startingArray(start, 'first_moment', new Float32Array(theta.length));
  const v = startingArray(start, 'second_moment', new Float32Array(theta.length));
  const s = startingArray(start, 'steps', new Float32Array(theta.length));
  let d = startingNumber(start, 'd', d0);
  let largest = startingNumber(start, 'largest_d', d0);
  let correlation = startingNumber(start, 'correlation', 0);
  let k = startingNumber(start, 'updates', 0);

  /** Moments and sums take the gradient in; r and |s|_1 come back. */
  const gather = (g: Float32Array, clipFactor: number, eta: number): { r: number; sum: number } => {
    const ofSteps = (d / d0) * (spec.safeguard_warmup ? d : eta);
    let along = 0;
    let sum = 0;
    for (let i = 0; i < theta.length; i += 1) {
      const gi = clipFactor * g[i] + coupled * theta[i];
      along += gi * displacement[i];
      m[i] = beta1 * m[i] + d * (1 - beta1) * gi;
      v[i] = beta2 * v[i] + d * d * (1 - beta2) * gi * gi;
      s[i] = beta3 * s[i] + ofSteps * gi;
      sum += Math.abs(s[i]);
    }
    return { r: beta3 * correlation + (d / d0) * eta * along, sum };
  };
  const grow = (estimate: number): void => {
    if (d === d0) d = Math.max(d, estimate);
    largest = Math.max(largest, estimate);
    d = Math.min(largest, d * growth);
  };
  const move = (eta: number): number => {
    let square = 0;
    for (let i = 0; i < theta.length; i += 1) {
      const step = shrinking * eta * theta[i] + (eta * m[i]) / (Math.sqrt(v[i]) + d * epsilon);
      displacement[i] += step;
      theta[i] = initial[i] - displacement[i];
      square += step * step;
    }
    return Math.sqrt(square);
  };

  return {
    gradientPoint: () => theta,
    step(g, { rate, clipFactor }) {
      const bias = spec.bias_correction ? Math.sqrt(1 - beta2 ** (k + 1)) / (1 - beta1 ** (k + 1)) : 1;
      const eta = d * rate * bias;
      const still = { rate: eta, length: 0, reason: 'prodigy' };
      if (rate === 0) return still;
      const { r, sum } = gather(g, clipFactor, eta);
      if (sum === 0) return still;
      correlation = r;
      grow((spec.distance_coefficient * r) / sum);
      k += 1;
      return { ...still, length: move(eta) };
    },
    output: () => theta,
    finished: () => null,
    summary: () => ({ distance: d }),
    state: () => ({
      arrays: {
        initial_weights: initial.slice(),
        displacement: displacement.slice(),
        first_moment: m.slice(),
        second_moment: v.slice(),
        steps: s.slice(),
      },
      numbers: { d, largest_d: largest, correlation, updates: k },
    }),
  };
}
