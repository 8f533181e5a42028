import type { OptimizerOf } from '../../artifacts/experiment/experiment.js';
import { startingArray, type Optimizer, type OptimizerStart } from './optimizer.js';

/**
 * SGD as torch.optim.SGD has it (dampening 0), with the clip's factor c and the learning rate u:
 *   d = c g + weight_decay theta,   b <- momentum b + d from b = 0,
 *   theta <- theta - u d  without momentum,   - u b  with it,   - u (d + momentum b)  with Nesterov's.
 */
export function createSgd(spec: OptimizerOf<'sgd'>, start: OptimizerStart): Optimizer {
  const { momentum, nesterov, weight_decay: decay } = spec;
  const { initial } = start;
  const theta = startingArray(start, 'weights', initial);
  const b = momentum === 0 ? null : startingArray(start, 'buffers', new Float32Array(initial.length));

  return {
    gradientPoint: () => theta,
    step(g, { rate, clipFactor }) {
      let square = 0;
      for (let i = 0; i < theta.length; i += 1) {
        const d = clipFactor * g[i] + decay * theta[i];
        let direction = d;
        if (b !== null) {
          b[i] = momentum * b[i] + d;
          direction = nesterov ? d + momentum * b[i] : b[i];
        }
        theta[i] -= rate * direction;
        square += direction * direction;
      }
      return { rate, length: rate * Math.sqrt(square) };
    },
    output: () => theta,
    finished: () => null,
    summary: () => ({}),
    state: () => ({
      arrays: { weights: theta.slice(), ...(b === null ? {} : { buffers: b.slice() }) },
      numbers: {},
    }),
  };
}
