import type { OptimizerOf } from '../../artifacts/experiment/experiment.js';
import { startingArray, startingNumber, type Optimizer, type OptimizerStart } from './optimizer.js';

/**
 * Schedule-Free SGD (Defazio et al. 2024, arXiv 2405.15682, and its package `schedulefree`) from z = x = theta_0, W = 0:
 * with the gradient g at y = x + (1 - beta) (z - x), the clip's factor c and the learning rate u of update k,
 *   z <- z - u (c g + weight_decay y),   w = (k + 1)^r max(u_0, ..., u_k)^p,   W <- W + w,   x <- x + (w / W) (z - x),
 * p = weight_lr_power, r = weight_update_power; the control `averaging_weight` replaces w / W. The weights that are evaluated
 * are x. Where u = 0 nothing moves (in the package x goes on towards z).
 */
export function createScheduleFree(spec: OptimizerOf<'schedule_free'>, start: OptimizerStart): Optimizer {
  const { beta, weight_decay: decay, weight_lr_power: p, weight_update_power: r } = spec;
  const x = startingArray(start, 'x', start.initial);
  const z = startingArray(start, 'z', start.initial);
  const y = new Float32Array(x.length);
  let weightSum = startingNumber(start, 'weight_sum', 0);
  let largestRate = startingNumber(start, 'largest_rate', 0);
  let updates = startingNumber(start, 'updates', 0);
  return {
    gradientPoint() {
      for (let i = 0; i < y.length; i += 1) y[i] = x[i] + (1 - beta) * (z[i] - x[i]);
      return y;
    },
    step(g, { rate, clipFactor, averagingWeight }) {
      updates += 1;
      if (rate === 0) return { rate, length: 0 };
      largestRate = Math.max(largestRate, rate);
      const weight = updates ** r * largestRate ** p;
      weightSum += weight;
      const share = averagingWeight ?? weight / weightSum;
      let square = 0;
      for (let i = 0; i < x.length; i += 1) {
        const point = x[i] + (1 - beta) * (z[i] - x[i]);
        z[i] -= rate * (clipFactor * g[i] + decay * point);
        const step = share * (z[i] - x[i]);
        x[i] += step;
        square += step * step;
      }
      return { rate, length: Math.sqrt(square) };
    },
    output: () => x,
    finished: () => null,
    summary: () => ({}),
    state: () => ({
      arrays: { x: x.slice(), z: z.slice() },
      numbers: { weight_sum: weightSum, largest_rate: largestRate, updates },
    }),
  };
}
