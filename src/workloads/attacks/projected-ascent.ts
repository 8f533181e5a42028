import * as tf from '@tensorflow/tfjs';
import type { AttackSpec } from '../../artifacts/experiment.js';
import type { RandomStream } from '../../math/random.js';
import type { Attack, InputLosses } from '../workload.js';
import { l2Ball, linfBall, sizeOf, type Ball } from './balls.js';

interface ProjectedAscentOptions {
  readonly norm: 'Linf' | 'L2';
  readonly eps: number;
  readonly steps: number;
  readonly alpha: number;
  readonly random_start: boolean;
  readonly restarts: number;
}

/** Perturbed inputs and the loss of each, [n]. */
interface Perturbed {
  readonly x: tf.Tensor;
  readonly losses: tf.Tensor1D;
}

/**
 * Projected gradient ascent on the ball |delta| <= eps (Madry et al. 2018): from a uniform random point of the ball, or
 * from the input, K steps of
 *   x' <- x' + alpha sign(g)  (Linf)   or   x' + alpha g / |g|_2  (L2),   g = grad_x loss(x'),
 * each followed by projection on the ball and then by the clip to [0, 1]. Of several restarts each example keeps the
 * one of its largest loss. With eps = 0 the inputs come back as they are, and no gradient is spent.
 */
export function createProjectedAscent(spec: AttackSpec, options: ProjectedAscentOptions): Attack {
  const { norm, eps, steps, restarts } = options;
  return {
    spec,
    gradientEvaluations: eps === 0 ? 0 : steps * restarts,
    perturb(losses, inputs, stream) {
      if (eps === 0) return inputs.clone();
      const ball = norm === 'Linf' ? linfBall(eps) : l2Ball(eps, sizeOf(inputs.shape.slice(1)));
      const ascend = (): tf.Tensor => ascent(losses, inputs, ball, stream, options);
      return tf.tidy(() => (restarts === 1 ? ascend() : strongest(losses, restarts, ascend)));
    },
  };
}

function ascent(
  losses: InputLosses,
  inputs: tf.Tensor,
  ball: Ball,
  stream: RandomStream,
  { steps, alpha, random_start }: ProjectedAscentOptions,
): tf.Tensor {
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(losses(x)));
  let x = random_start ? ball.project(tf.add(inputs, ball.sample(inputs.shape, stream)), inputs) : inputs.clone();
  for (let k = 0; k < steps; k += 1) {
    x = tf.tidy(() => ball.project(tf.add(x, ball.ascend(gradient(x), alpha)), inputs));
  }
  return x;
}

/** For each example the perturbed input of the largest loss among `restarts` ascents. */
function strongest(losses: InputLosses, restarts: number, ascend: () => tf.Tensor): tf.Tensor {
  const attempt = (): Perturbed => {
    const x = ascend();
    return { x, losses: losses(x) };
  };
  let best = attempt();
  for (let restart = 1; restart < restarts; restart += 1) best = stronger(best, attempt());
  return best.x;
}

function stronger(a: Perturbed, b: Perturbed): Perturbed {
  const better = tf.greater(b.losses, a.losses);
  const oneForEachExample = [a.x.shape[0], ...a.x.shape.slice(1).map(() => 1)];
  return {
    x: tf.where(tf.reshape(better, oneForEachExample), b.x, a.x),
    losses: tf.where(better, b.losses, a.losses),
  };
}
