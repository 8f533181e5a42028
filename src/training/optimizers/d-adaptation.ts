import type { Method } from '../method.js';
import { startingArray, startingNumber, type Optimizer, type OptimizerStart } from './optimizer.js';
import { dot, norm } from '../../math/vectors.js';

type DAdaptationSpec = Extract<Method['optimizer'], { name: 'd_adaptation' }>;

/** The scalars of the recursion. */
interface Distance {
  /** d, the estimate of the distance from the initial weights to the optimum. */
  d: number;
  /** |g_0|. */
  firstNorm: number;
  /** r, the sum of u <g, s>. */
  correlation: number;
}

/**
 * SGD with D-Adaptation (Defazio & Mishchenko 2023, arXiv 2301.07733, algorithm 4 without averaging), for its reading
 * alone: with g_0 the first gradient, L_0 the first loss, c the clip's factor, r = 0 and s = 0,
 *   u = d / |g_0|,   r <- r + u <c g, s>,   s <- s + u c g,   d <- max(d, 2 r / |s|),   theta <- theta - u c g,
 * from d = initial_distance_factor L_0 / |g_0|. The schedule's rate is not used. d grows exponentially until gradients
 * no longer correlate with the displacement, then stands still; the run may stop when, after `minimum_updates`, d has
 * grown by less than `growth` over the last `window` of its steps. The reading is u at the end.
 */
export function createDAdaptation(spec: DAdaptationSpec, start: OptimizerStart): Optimizer {
  const theta = startingArray(start, 'weights', start.initial);
  const sums = startingArray(start, 'steps', new Float32Array(theta.length));
  const distance = startingDistance(start);
  const history = [...startingArray(start, 'history', new Float32Array(0))];

  return {
    gradientPoint: () => theta,
    step(g, { clipFactor, loss, gradientNorm }) {
      if (history.length === 0) {
        distance.firstNorm = gradientNorm;
        distance.d = (spec.initial_distance_factor * loss) / gradientNorm;
      }
      const rate = distance.d / distance.firstNorm;
      const scale = rate * clipFactor;
      distance.correlation += scale * dot(g, sums);
      for (let i = 0; i < theta.length; i += 1) {
        const step = scale * g[i];
        sums[i] += step;
        theta[i] -= step;
      }
      // Kept as float32, which is how checkpoints hold the history.
      distance.d = Math.fround(Math.max(distance.d, (2 * distance.correlation) / norm(sums)));
      history.push(distance.d);
      return { rate, length: scale * gradientNorm, reason: 'd_adaptation' };
    },
    output: () => theta,
    finished: () => standstill(history, spec),
    summary: () => ({ reading: distance.d / distance.firstNorm, distance: distance.d }),
    state: () => ({
      arrays: { weights: theta.slice(), steps: sums.slice(), history: Float32Array.from(history) },
      numbers: { d: distance.d, first_norm: distance.firstNorm, correlation: distance.correlation },
    }),
  };
}

function startingDistance(start: OptimizerStart): Distance {
  const number = (name: string): number => startingNumber(start, name, 0);
  return { d: number('d'), firstNorm: number('first_norm'), correlation: number('correlation') };
}

/** Why a run whose d had these values may stop, or null. */
function standstill(history: readonly number[], { minimum_updates, window, growth }: DAdaptationSpec): string | null {
  if (history.length < minimum_updates) return null;
  const before = history[Math.floor((1 - window) * history.length)];
  const grown = history[history.length - 1] / before - 1;
  if (!(grown < growth)) return null;
  const share = (100 * window).toFixed(0);
  return `the distance grew by ${(100 * grown).toFixed(1)} % over the last ${share} % of the updates`;
}
