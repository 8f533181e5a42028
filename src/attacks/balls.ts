import type { RandomStream } from '../math/random.js';

/** The ball |delta| <= eps around each input: its random points, ascent steps and projection, of float32 numbers. */
export interface Ball {
  /** Largest |delta|, a little below eps so that rounding the sum input + delta stays inside. */
  readonly radius: number;
  /** Fills with uniform points of the ball, [n, d]. */
  sample(points: Float32Array, stream: RandomStream): void;
  /** x <- the nearest point of the ball around `clean`, then of the box [0, 1]. */
  project(x: Float32Array, clean: Float32Array): void;
  /** x <- x + the step of length alpha along which the loss grows fastest, projected. */
  ascend(x: Float32Array, clean: Float32Array, gradient: Float32Array, alpha: number): void;
}

/** Half the distance of neighbouring float32 numbers at 1: what rounding adds to a perturbed input at most. */
const FLOAT32_HALF_ULP = 2 ** -24;

/** Guards the division by a norm of zero. */
const TINY = 1e-10;

/** Steps alpha sign(g), each value of delta clipped to [-eps, eps]; every operation is rounded to float32. */
export function linfBall(eps: number): Ball {
  const radius = Math.fround(insideRounding(eps, FLOAT32_HALF_ULP));
  return {
    radius,
    sample: (points, stream) => void stream.fillUniform(points, -radius, radius),
    project: (x, clean) => moved(x, clean, x, 0, radius),
    ascend: (x, clean, gradient, alpha) => moved(x, clean, gradient, Math.fround(alpha), radius),
  };
}

/** x <- clip(clean + clip(x + alpha sign(g) - clean, -radius, radius), 0, 1). */
function moved(x: Float32Array, clean: Float32Array, gradient: Float32Array, alpha: number, radius: number): void {
  const fround = Math.fround;
  for (let i = 0; i < x.length; i += 1) {
    const g = gradient[i];
    const step = g > 0 ? alpha : g < 0 ? -alpha : 0;
    const delta = fround(fround(x[i] + step) - clean[i]);
    const y = fround(clean[i] + (delta > radius ? radius : delta < -radius ? -radius : delta));
    x[i] = y > 1 ? 1 : y < 0 ? 0 : y;
  }
}

/** Steps alpha g / |g|_2, delta scaled by min(1, eps / |delta|_2); norms in float64. */
export function l2Ball(eps: number, d: number): Ball {
  const radius = insideRounding(eps, (1 + 4 * eps) * Math.sqrt(d) * FLOAT32_HALF_ULP);
  const project = (x: Float32Array, clean: Float32Array): void => {
    for (let first = 0; first < x.length; first += d) shrink(x, clean, first, first + d, radius);
  };
  return {
    radius,
    sample: (points, stream) => uniformInBall(points, d, radius, stream),
    project,
    ascend(x, clean, gradient, alpha) {
      for (let first = 0; first < x.length; first += d) {
        let square = 0;
        for (let i = first; i < first + d; i += 1) square += gradient[i] * gradient[i];
        const scale = alpha / (Math.sqrt(square) + TINY);
        for (let i = first; i < first + d; i += 1) x[i] += scale * gradient[i];
      }
      project(x, clean);
    },
  };
}

/** One example's delta scaled into the ball, then its input clipped to the box. */
function shrink(x: Float32Array, clean: Float32Array, first: number, end: number, radius: number): void {
  let square = 0;
  for (let i = first; i < end; i += 1) square += (x[i] - clean[i]) ** 2;
  const factor = Math.min(1, radius / (Math.sqrt(square) + TINY));
  for (let i = first; i < end; i += 1) {
    const y = clean[i] + factor * (x[i] - clean[i]);
    x[i] = y > 1 ? 1 : y < 0 ? 0 : y;
  }
}

/** A radius so much smaller that |delta| <= eps still holds after the sum input + delta is rounded to float32. */
function insideRounding(eps: number, margin: number): number {
  return Math.max(0, eps - margin);
}

/** In d dimensions: a normal vector scaled to length eps r^(1/d), r uniform on [0, 1). */
function uniformInBall(points: Float32Array, d: number, eps: number, stream: RandomStream): void {
  for (let first = 0; first < points.length; first += d) {
    const direction = Float64Array.from({ length: d }, () => stream.normal());
    const length = eps * stream.uniform() ** (1 / d);
    const norm = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < d; i += 1) points[first + i] = (length * direction[i]) / norm;
  }
}
