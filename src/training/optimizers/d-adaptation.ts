import * as tf from '@tensorflow/tfjs';
import type { Method } from '../method.js';
import { dot, norm, TensorList, zeros, type Optimizer, type OptimizerState } from './optimizer.js';

/**
 * SGD with D-Adaptation (Defazio & Mishchenko 2023, arXiv 2301.07733), for its reading alone: with g_0 the first
 * gradient, L_0 the first loss and s_0 = 0,
 *   u = d / |g_0|,   r <- r + u <g, s>,   s <- s + u g,   d <- max(d, 2 r / |s|),   theta <- theta - u g,
 * from d = initial_distance_factor L_0 / |g_0|. d grows exponentially until gradients no longer correlate with the
 * displacement, then stands still; the run stops when d has grown by less than `growth` over the last `window` of its
 * steps. The reading is u at the end.
 */
export function createDAdaptation(
  spec: Extract<Method['optimizer'], { name: 'd_adaptation' }>,
  initial: readonly Float32Array[],
  shapes: readonly (readonly number[])[],
  resumed: OptimizerState | null,
): Optimizer {
  const weights = new TensorList(resumed?.tensors['weights'] ?? initial, shapes);
  const steps = new TensorList(resumed?.tensors['steps'] ?? zeros(initial), shapes);
  let { d, firstNorm, correlation } = resumedNumbers(resumed);
  const history = resumed === null ? [] : [...resumed.tensors['history'][0]];

  return {
    gradientPoint: () => weights.tensors,
    step(gradients, { loss, gradientNorm }) {
      if (history.length === 0) {
        firstNorm = gradientNorm;
        d = (spec.initial_distance_factor * loss) / gradientNorm;
      }
      const rate = d / firstNorm;
      correlation += rate * dot(gradients, steps.tensors);
      steps.update((s, i) => tf.add(s, tf.mul(gradients[i], rate)));
      weights.update((w, i) => tf.sub(w, tf.mul(gradients[i], rate)));
      d = Math.fround(Math.max(d, (2 * correlation) / norm(steps.tensors)));
      history.push(d);
      return { rate, length: rate * gradientNorm };
    },
    output: () => weights.tensors,
    finished() {
      if (history.length < spec.minimum_updates) return null;
      const before = history[Math.floor((1 - spec.window) * history.length)];
      const grown = d / before - 1;
      return grown < spec.growth ? `the distance grew by ${(100 * grown).toFixed(1)} % over the last steps` : null;
    },
    summary: () => ({ reading: d / firstNorm, distance: d }),
    state: () => ({
      tensors: { weights: weights.values(), steps: steps.values(), history: [Float32Array.from(history)] },
      numbers: { d, first_norm: firstNorm, correlation },
    }),
    dispose() {
      weights.dispose();
      steps.dispose();
    },
  };
}

function resumedNumbers(resumed: OptimizerState | null): { d: number; firstNorm: number; correlation: number } {
  const numbers = resumed?.numbers ?? { d: 0, first_norm: 0, correlation: 0 };
  return { d: numbers['d'], firstNorm: numbers['first_norm'], correlation: numbers['correlation'] };
}
