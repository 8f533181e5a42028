import { linfBall, l2Ball } from '../../../src/attacks/balls.js';
import { crossEntropy } from '../../../src/losses/cross-entropy.js';
import { gradientOf } from '../../../src/losses/index.js';
import { randomStream } from '../../../src/math/random.js';
import { drawMoves, type Move } from '../../../src/training/augmentation.js';
import type { TrainingRun } from '../../../src/training/training-run.js';
import { concatenated } from '../../../src/training/weights.js';

export interface Ascent {
  readonly norm: 'Linf' | 'L2';
  /** The radius at every update. */
  readonly eps: (update: number) => number;
  readonly alpha: (eps: number) => number;
  readonly steps: number;
}

const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const f = Math.fround;

/** delta of one example, back in the ball, then x + delta back in the box: x', from x' and x. */
function project(x: Float32Array, clean: Float32Array, ascent: Ascent, eps: number): Float32Array {
  if (ascent.norm === 'Linf') {
    const { radius } = linfBall(eps);
    return x.map((value, i) => clip(f(clean[i] + clip(f(value - clean[i]), -radius, radius)), 0, 1));
  }
  const length = Math.hypot(...x.map((value, i) => value - clean[i]));
  const share = Math.min(1, l2Ball(eps, x.length).radius / length);
  return x.map((value, i) => clip(clean[i] + share * (value - clean[i]), 0, 1));
}

function step(x: Float32Array, g: Float32Array, ascent: Ascent, alpha: number): Float32Array {
  if (ascent.norm === 'Linf') return x.map((value, i) => f(value + Math.sign(g[i]) * f(alpha)));
  const length = Math.hypot(...g);
  return x.map((value, i) => value + (length === 0 ? 0 : (alpha * g[i]) / length));
}

/** Places of a moved image, each with its place in the image that it comes from; -1: from outside. */
function sources([height, width]: readonly number[], { down, right, mirrored }: Move): number[] {
  return Array.from({ length: height * width }, (_, place) => {
    const [row, column] = [Math.floor(place / width), place % width];
    const [r, c] = [row + down, (mirrored ? width - 1 - column : column) + right];
    return r < 0 || r >= height || c < 0 || c >= width ? -1 : r * width + c;
  });
}

/** (7.1) by the letter: what every example keeps after these updates of plain SGD, and the weights. */
export function keptByReference(run: TrainingRun, ascent: Ascent, updates: number, rate: number) {
  const { seed, batch_size: size } = run.header;
  const { model, dataset, augmentation } = run.workload;
  const { inputs, labels, count } = dataset.train;
  const d = inputs.length / count;
  const network = run.engine.createNetwork(model, dataset, size as number);
  const [batches, moving, noise] = ['batches', 'augmentation', 'attack'].map((name) => randomStream(seed, name));
  const kept = new Map<number, Float32Array>();
  let theta = Float32Array.from(concatenated(model.initialise(randomStream(seed, 'init'))));
  const [repeated, outside] = [new Set<number>(), new Set<number>()];

  for (let update = 0; update < updates; update += 1) {
    const eps = ascent.eps(update);
    const ball = ascent.norm === 'Linf' ? linfBall(eps) : l2Ball(eps, d);
    const drawn = Array.from({ length: size as number }, () => batches.integer(count));
    const moves = augmentation === undefined ? null : drawMoves(drawn.length, augmentation, moving);
    const from = drawn.map((_, k) => (moves === null ? [...Array(d).keys()] : sources(dataset.inputShape, moves[k])));
    for (const example of drawn) {
      const first = new Float32Array(d);
      if (!kept.has(example)) ball.sample(first, noise);
      if (!kept.has(example)) kept.set(example, first);
    }
    const clean = drawn.map((example, k) => Float32Array.from(from[k], (j) => (j < 0 ? 0 : inputs[example * d + j])));
    let x = drawn.map((example, k) => {
      const start = Float32Array.from(from[k], (j, i) => clean[k][i] + (j < 0 ? 0 : kept.get(example)![j]));
      return project(start, clean[k], ascent, eps);
    });
    network.load(theta);
    const of = gradientOf(
      crossEntropy,
      Int32Array.from(drawn, (i) => labels[i]),
      new Float64Array(drawn.length),
      1,
    );
    for (let s = 0; s < ascent.steps; s += 1) {
      const g = network.inputGradient(concatenated(x), of).slice();
      x = x.map((point, k) =>
        project(step(point, g.subarray(k * d, (k + 1) * d), ascent, ascent.alpha(eps)), clean[k], ascent, eps),
      );
    }
    drawn.forEach((example, k) => {
      if (drawn.indexOf(example) < k) return void repeated.add(example);
      const after = kept.get(example)!.slice();
      from[k].forEach((j, i) => (j < 0 ? outside.add(example) : (after[j] = x[k][i] - clean[k][i])));
      kept.set(example, after);
    });
    const mean = gradientOf(crossEntropy, Int32Array.from(drawn, (i) => labels[i]), new Float64Array(drawn.length), 1 / drawn.length); // prettier-ignore
    const g = network.weightGradient(concatenated(x), mean);
    theta = theta.map((value, i) => value - rate * g[i]);
  }
  network.dispose();
  return { kept, theta, repeated: repeated.size, outside: outside.size };
}
