import * as tf from '@tensorflow/tfjs';
import type { RandomStream } from '../../math/random.js';

/** The ball |delta| <= eps around each input: its random points, ascent steps and projection. */
export interface Ball {
  /** Uniform in the ball, [n, ...inputShape]. */
  sample(shape: readonly number[], stream: RandomStream): tf.Tensor;
  /** The step of length alpha along which the loss grows fastest. */
  ascend(gradient: tf.Tensor, alpha: number): tf.Tensor;
  /** The nearest point of the ball around `inputs`, then of the box [0, 1]. */
  project(x: tf.Tensor, inputs: tf.Tensor): tf.Tensor;
}

/** Half the distance of neighbouring float32 numbers at 1: what rounding adds to a perturbed input at most. */
const ROUNDING = 2 ** -24;

/** Guards the division by a norm of zero. */
const TINY = 1e-10;

/** Steps alpha sign(g), each value of delta clipped to [-eps, eps]. */
export function linfBall(eps: number): Ball {
  const radius = insideRounding(eps, ROUNDING);
  return {
    sample: (shape, stream) =>
      tf.tensor(stream.fillUniform(new Float32Array(sizeOf(shape)), -radius, radius), [...shape]),
    ascend: (gradient, alpha) => tf.mul(tf.sign(gradient), alpha),
    project: (x, inputs) => intoBox(tf.add(inputs, tf.clipByValue(tf.sub(x, inputs), -radius, radius))),
  };
}

/** Steps alpha g / |g|_2, delta scaled by min(1, eps / |delta|_2). */
export function l2Ball(eps: number, dimension: number): Ball {
  const root = Math.sqrt(dimension);
  const radius = insideRounding(eps, (1 + 4 * eps) * root * ROUNDING);
  return {
    sample: (shape, stream) => uniformInBall(shape, radius, stream),
    ascend: (gradient, alpha) => tf.mul(tf.div(gradient, tf.add(l2Norm(gradient), TINY)), alpha),
    project(x, inputs) {
      const delta = tf.sub(x, inputs);
      const factor = tf.minimum(1, tf.div(radius, tf.add(l2Norm(delta), TINY)));
      return intoBox(tf.add(inputs, tf.mul(delta, factor)));
    },
  };
}

/** A radius so much smaller that |delta| <= eps still holds after the sum input + delta is rounded to float32. */
function insideRounding(eps: number, margin: number): number {
  return Math.max(0, eps - margin);
}

function intoBox(x: tf.Tensor): tf.Tensor {
  return tf.clipByValue(x, 0, 1);
}

/** In d dimensions: a normal vector scaled to length eps r^(1/d), r uniform on [0, 1). */
function uniformInBall([count, ...inputShape]: readonly number[], eps: number, stream: RandomStream): tf.Tensor {
  const d = sizeOf(inputShape);
  const points = new Float32Array(count * d);
  for (let i = 0; i < count; i += 1) {
    const direction = Float64Array.from({ length: d }, () => stream.normal());
    const length = eps * stream.uniform() ** (1 / d);
    const norm = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
    points.set(
      direction.map((value) => (length * value) / norm),
      i * d,
    );
  }
  return tf.tensor(points, [count, ...inputShape]);
}

/** L2 norm of each example, [n, 1, ...] to be broadcast. */
function l2Norm(x: tf.Tensor): tf.Tensor {
  const allButFirst = x.shape.map((_, i) => i).slice(1);
  return tf.sqrt(tf.sum(tf.square(x), allButFirst, true));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
