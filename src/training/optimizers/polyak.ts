import type { OptimizerOf } from '../../artifacts/experiment/experiment.js';
import { startingArray, startingNumber, type Optimizer, type OptimizerStart } from './optimizer.js';

/**
 * SGD with the stochastic Polyak step size SPS_max (Loizou, Vaswani, Laradji & Lacoste-Julien 2021, arXiv 2002.10542, equation
 * 2): with the loss f and the gradient g of the minibatch, its least loss f* and the schedule's rate u as the bound gamma_b,
 *
 *     gamma = min( (f - f*) / (coefficient |g|^2 + epsilon), u ),   0 where f < f* or |g| < 1e-8,   theta <- theta - gamma c g,
 *
 * with the clip's factor c. With growth_rate, gamma is also at most growth_rate times the one before (their `smooth_iter`,
 * growth_rate = 2^(1 / minibatches of an epoch)), from 1. The rate that is logged is gamma.
 */
export function createPolyak(spec: OptimizerOf<'polyak'>, start: OptimizerStart): Optimizer {
  const { coefficient, least_loss: least, growth_rate: growth, epsilon } = spec;
  const theta = startingArray(start, 'weights', start.initial);
  let last = startingNumber(start, 'step_size', 1);

  return {
    gradientPoint: () => theta,
    step(g, { rate, clipFactor, loss, gradientNorm }) {
      const polyak = gradientNorm < 1e-8 ? 0 : Math.max(0, loss - least) / (coefficient * gradientNorm ** 2 + epsilon);
      const gamma = Math.min(polyak, rate, growth === undefined ? Infinity : growth * last);
      last = gamma;
      const scale = gamma * clipFactor;
      for (let i = 0; i < theta.length; i += 1) theta[i] -= scale * g[i];
      return { rate: gamma, length: scale * gradientNorm, reason: gamma < rate ? 'polyak' : 'clamp:max' };
    },
    output: () => theta,
    finished: () => null,
    summary: () => ({}),
    state: () => ({ arrays: { weights: theta.slice() }, numbers: { step_size: last } }),
  };
}
