import type { RandomStream } from '../math/random.js';
import { lossesOf } from '../losses/index.js';
import { margin } from '../losses/margin.js';
import type { LabelledInputs, Network } from '../networks/network.js';
import { l2Ball, linfBall } from './balls.js';

export interface RandomSearchOptions {
  readonly norm: 'Linf' | 'L2';
  readonly eps: number;
  /** Forward passes of each example. */
  readonly queries: number;
  /** Shape of one input: a window of an image is a square, of anything else a run of places. */
  readonly inputShape: readonly number[];
  readonly stream: RandomStream;
}

/** Share of the places in the first windows; it shrinks to a few places by the last query. */
const FIRST_SHARE = 0.5;

/**
 * Random search on the sphere |delta| = eps, without gradients, in the manner of Square (Andriushchenko et al. 2020): each
 * query moves a window of every input to eps times random signs (Linf), or by random normals (L2), and is kept where
 * z_y - max_{c != y} z_c falls. It finds what gradients that are masked do not.
 *
 * @returns the largest max_{c != y} z_c - z_y of each example, [n]; positive: it is misclassified
 */
export function randomSearch(network: Network, examples: LabelledInputs, options: RandomSearchOptions): Float64Array {
  const { inputs, labels } = examples;
  const { norm, eps, queries, stream } = options;
  const d = network.inputSize;
  const ball = norm === 'Linf' ? linfBall(eps) : l2Ball(eps, d);
  const best = Float32Array.from(inputs);
  const margins = lossesOf(margin, network.logits(inputs), labels);
  for (let query = 0; query < queries; query += 1) {
    const x = best.slice();
    const share = query === 0 ? 1 : FIRST_SHARE * (1 - query / queries) ** 2;
    for (let i = 0; i < labels.length; i += 1) {
      const places = windowOf(options.inputShape, share, stream);
      move(x.subarray(i * d, (i + 1) * d), inputs.subarray(i * d, (i + 1) * d), places, options);
    }
    ball.project(x, inputs);
    const found = lossesOf(margin, network.logits(x), labels);
    found.forEach((value, i) => {
      if (!(value > margins[i])) return;
      margins[i] = value;
      best.set(x.subarray(i * d, (i + 1) * d), i * d);
    });
  }
  return margins;
}

/** x at these places: clean + eps times a random sign of the whole window (Linf), or a random step out of it (L2). */
function move(
  x: Float32Array,
  clean: Float32Array,
  places: number[],
  { norm, eps, stream }: RandomSearchOptions,
): void {
  const sign = (): number => (stream.integer(2) === 0 ? -1 : 1);
  if (norm === 'Linf') {
    const isWhole = places.length === x.length;
    const common = sign();
    for (const j of places) x[j] = clean[j] + eps * (isWhole ? sign() : common);
    return;
  }
  const scale = eps / Math.sqrt(places.length);
  for (const j of places) x[j] += scale * stream.normal();
}

/** Places of a random window with about this share of an input: a square of an image with all its channels, or a run. */
function windowOf(shape: readonly number[], share: number, stream: RandomStream): number[] {
  if (shape.length !== 3) {
    const d = shape.reduce((product, side) => product * side, 1);
    const length = Math.max(1, Math.round(share * d));
    const first = stream.integer(d - length + 1);
    return Array.from({ length }, (_, j) => first + j);
  }
  const [height, width, channels] = shape;
  const sides = [height, width].map((side) => Math.max(1, Math.round(Math.sqrt(share) * side)));
  const [top, left] = [stream.integer(height - sides[0] + 1), stream.integer(width - sides[1] + 1)];
  return Array.from({ length: sides[0] * sides[1] * channels }, (_, j) => {
    const [row, rest] = [Math.floor(j / (sides[1] * channels)), j % (sides[1] * channels)];
    return (top + row) * width * channels + left * channels + rest;
  });
}
