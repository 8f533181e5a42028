import type { OptimizerOf } from '../../artifacts/experiment/experiment.js';
import { startingArray, startingNumber, type Optimizer, type OptimizerStart } from './optimizer.js';

/**
 * Adam (Kingma & Ba 2015) as torch.optim.Adam has it, from m = v = 0: with the clip's factor c and the learning rate u of
 * update k = 1, 2, ...,
 *   d = c g + weight_decay theta,   m <- beta1 m + (1 - beta1) d,   v <- beta2 v + (1 - beta2) d^2,
 *   theta <- theta - u (m / (1 - beta1^k)) / (sqrt(v / (1 - beta2^k)) + epsilon);
 * decoupled (AdamW, Loshchilov & Hutter 2019) d is c g alone, and theta <- (1 - u weight_decay) theta comes first.
 */
export function createAdam(spec: OptimizerOf<'adam'>, start: OptimizerStart): Optimizer {
  const { beta1, beta2, epsilon, weight_decay: decay, decoupled } = spec;
  const theta = startingArray(start, 'weights', start.initial);
  const m = startingArray(start, 'first_moment', new Float32Array(theta.length));
  const v = startingArray(start, 'second_moment', new Float32Array(theta.length));
  let k = startingNumber(start, 'updates', 0);
  const shrinking = decoupled ? decay : 0;
  const coupled = decoupled ? 0 : decay;

  return {
    gradientPoint: () => theta,
    step(g, { rate, clipFactor }) {
      k += 1;
      const stepSize = rate / (1 - beta1 ** k);
      const correction = Math.sqrt(1 - beta2 ** k);
      let square = 0;
      for (let i = 0; i < theta.length; i += 1) {
        const d = clipFactor * g[i] + coupled * theta[i];
        m[i] = beta1 * m[i] + (1 - beta1) * d;
        v[i] = beta2 * v[i] + (1 - beta2) * d * d;
        const step = rate * shrinking * theta[i] + (stepSize * m[i]) / (Math.sqrt(v[i]) / correction + epsilon);
        theta[i] -= step;
        square += step * step;
      }
      return { rate, length: Math.sqrt(square) };
    },
    output: () => theta,
    finished: () => null,
    summary: () => ({}),
    state: () => ({
      arrays: { weights: theta.slice(), first_moment: m.slice(), second_moment: v.slice() },
      numbers: { updates: k },
    }),
  };
}
