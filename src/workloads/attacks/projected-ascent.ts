import * as tf from '@tensorflow/tfjs';
import type { AttackSpec } from '../../artifacts/experiment.js';
import type { RandomStream } from '../../math/random.js';
import type { Attack, InputLosses } from '../workload.js';

interface ProjectedAscentOptions {
  readonly norm: 'Linf' | 'L2';
  readonly eps: number;
  readonly steps: number;
  readonly alpha: number;
  readonly random_start: boolean;
  readonly restarts: number;
}

/** Guards the division by the gradient's L2 norm. */
const TINY = 1e-10;

/**
 * Projected gradient ascent on the ball |delta| <= eps (Madry et al. 2018): from a uniform random point of the ball (or
 * from the input), K steps of
 *   x' <- x' + alpha sign(g)  (Linf)   or   x' + alpha g / |g|_2  (L2),  g = grad_x loss(x'),
 * each followed by projection on the ball and then on the box [0, 1]. Of several restarts the one of the largest loss is
 * kept for each example.
 */
export function createProjectedAscent(spec: AttackSpec, options: ProjectedAscentOptions): Attack {
  const { eps, steps, restarts } = options;
  const ball = options.norm === 'Linf' ? linfBall(eps, options.alpha) : l2Ball(eps, options.alpha);
  const once = (losses: InputLosses, inputs: tf.Tensor, stream: RandomStream): tf.Tensor => {
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(losses(x)));
    const project = ball.projectOn(inputs);
    let x = options.random_start ? project(tf.add(inputs, ball.sample(inputs.shape, stream))) : inputs;
    for (let k = 0; k < steps; k += 1) x = project(tf.add(x, ball.step(gradient(x))));
    return x;
  };
  return {
    spec,
    gradientEvaluations: steps * restarts,
    perturb(losses, inputs, stream) {
      if (eps === 0) return inputs.clone();
      return tf.tidy(() => {
        let best = once(losses, inputs, stream);
        for (let restart = 1; restart < restarts; restart += 1) {
          best = larger(losses, best, once(losses, inputs, stream));
        }
        return best;
      });
    },
  };
}

/** For each example the one of two perturbed inputs that has the larger loss. */
function larger(losses: InputLosses, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const shape = [a.shape[0], ...a.shape.slice(1).map(() => 1)];
  const better = tf.cast(tf.reshape(tf.greater(losses(b), losses(a)), shape), 'float32');
  return tf.add(a, tf.mul(better, tf.sub(b, a)));
}

interface Ball {
  sample(shape: readonly number[], stream: RandomStream): tf.Tensor;
  step(gradient: tf.Tensor): tf.Tensor;
  projectOn(inputs: tf.Tensor): (x: tf.Tensor) => tf.Tensor;
}

function linfBall(eps: number, alpha: number): Ball {
  return {
    sample: (shape, stream) => tf.tensor(stream.fillUniform(new Float32Array(product(shape)), -eps, eps), [...shape]),
    step: (gradient) => tf.mul(tf.sign(gradient), alpha),
    projectOn(inputs) {
      const low = tf.maximum(tf.sub(inputs, eps), 0);
      const high = tf.minimum(tf.add(inputs, eps), 1);
      return (x) => tf.minimum(tf.maximum(x, low), high);
    },
  };
}

function l2Ball(eps: number, alpha: number): Ball {
  return {
    sample: (shape, stream) => uniformInBall(shape, eps, stream),
    step: (gradient) => tf.mul(tf.div(gradient, tf.add(l2Norm(gradient), TINY)), alpha),
    projectOn: (inputs) => (x) => {
      const delta = tf.sub(x, inputs);
      const factor = tf.minimum(1, tf.div(eps, tf.add(l2Norm(delta), TINY)));
      return tf.clipByValue(tf.add(inputs, tf.mul(delta, factor)), 0, 1);
    },
  };
}

/** Uniform in the L2 ball of d dimensions: a normal direction times eps r^(1/d), r uniform. */
function uniformInBall([count, ...rest]: readonly number[], eps: number, stream: RandomStream): tf.Tensor {
  const d = product(rest);
  const points = new Float32Array(count * d);
  for (let i = 0; i < count; i += 1) {
    const direction = Float64Array.from({ length: d }, () => stream.normal());
    const radius = (eps * stream.uniform() ** (1 / d)) / Math.hypot(...direction);
    for (let j = 0; j < d; j += 1) points[i * d + j] = radius * direction[j];
  }
  return tf.tensor(points, [count, ...rest]);
}

/** L2 norm of each example, its shape kept for broadcasting. */
function l2Norm(x: tf.Tensor): tf.Tensor {
  const allButFirst = x.shape.map((_, i) => i).slice(1);
  return tf.sqrt(tf.sum(tf.square(x), allButFirst, true));
}

function product(shape: readonly number[]): number {
  return shape.reduce((n, side) => n * side, 1);
}
