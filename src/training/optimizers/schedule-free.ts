import { startingArray, type Optimizer, type OptimizerStart } from './optimizer.js';

/**
 * Schedule-Free SGD (Defazio et al. 2024, arXiv 2405.15682) from z = x = theta_0, W = 0: with the gradient g at
 * y = x + (1 - beta) (z - x), the clip's factor c and the learning rate u,
 *   z <- z - u c g,   W <- W + u^2,   x <- x + (u^2 / W) (z - x).
 * The weights that are evaluated are x. While u = 0 nothing moves.
 */
export function createScheduleFree({ beta }: { readonly beta: number }, start: OptimizerStart): Optimizer {
  const x = startingArray(start, 'x', start.initial);
  const z = startingArray(start, 'z', start.initial);
  const y = new Float32Array(x.length);
  let weightSum = start.resumed === null ? 0 : start.resumed.numbers['weight_sum'];
  return {
    gradientPoint() {
      for (let i = 0; i < y.length; i += 1) y[i] = x[i] + (1 - beta) * (z[i] - x[i]);
      return y;
    },
    step(g, { rate, clipFactor }) {
      if (rate === 0) return { rate, length: 0 };
      weightSum += rate * rate;
      const share = (rate * rate) / weightSum;
      let square = 0;
      for (let i = 0; i < x.length; i += 1) {
        z[i] -= rate * clipFactor * g[i];
        const step = share * (z[i] - x[i]);
        x[i] += step;
        square += step * step;
      }
      return { rate, length: Math.sqrt(square) };
    },
    output: () => x,
    finished: () => null,
    summary: () => ({}),
    state: () => ({ arrays: { x: x.slice(), z: z.slice() }, numbers: { weight_sum: weightSum } }),
  };
}
