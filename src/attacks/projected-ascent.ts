import type { RandomStream } from '../math/random.js';
import { gradientOf, lossesOf, lossNamed, type Loss } from '../losses/index.js';
import type { LabelledInputs, LogitGradient, Network } from '../networks/network.js';
import type { Perturb, Start } from './attack.js';
import { l2Ball, linfBall, type Ball } from './balls.js';

export interface ProjectedAscentOptions {
  readonly norm: 'Linf' | 'L2';
  readonly eps: number;
  readonly steps: number;
  readonly alpha: number;
  readonly restarts: number;
  readonly start: Start;
  /** What it raises in place of the training loss. */
  readonly loss?: string | undefined;
  readonly keep: 'last' | 'best';
}

/** Perturbed inputs, [n, inputSize], and the loss of each example that they reach, [n]. */
export interface Reached {
  readonly x: Float32Array;
  readonly losses: Float64Array;
}

/**
 * Projected gradient ascent on the ball |delta| <= eps (Madry et al. 2018): K steps of
 *   x' <- x' + alpha sign(g)  (Linf)   or   x' + alpha g / |g|_2  (L2),   g = grad_x loss(x'),
 * each followed by projection on the ball and then by the clip to [0, 1], from a random point, from the input, or from
 * the perturbation that the example keeps (`KeptFields`), projected. An ascent ends at its last point, or, with
 * `keep: 'best'`, at the one of the largest loss among its start and its K steps. Of several restarts each example keeps
 * the one of its largest loss. With eps = 0 the inputs come back as they are, and no gradient is spent.
 */
export function projectedPerturbation(options: ProjectedAscentOptions): Perturb {
  const { eps, restarts } = options;
  const points = reusedArray();
  return (network, examples, trainingLoss, stream, kept) => {
    if (eps === 0) return examples.inputs;
    const loss = options.loss === undefined ? trainingLoss : lossNamed(options.loss);
    const ball = options.norm === 'Linf' ? linfBall(eps) : l2Ball(eps, network.inputSize);
    const ascend = (): Ascent => startedAscent(network, examples, loss, ball, stream, { ...options, points, kept });
    return restarts === 1 && options.keep === 'last' ? ascend().last() : strongest(ascend, restarts, options.keep);
  };
}

/** One ascent that is ready to go: to its last point, which may be the network's own array, or with the losses too. */
interface Ascent {
  last(): Float32Array;
  reached(keep: 'last' | 'best'): Reached;
}

function startedAscent(
  network: Network,
  { inputs, labels }: LabelledInputs,
  loss: Loss,
  ball: Ball,
  stream: RandomStream,
  {
    norm,
    steps,
    alpha,
    start,
    points,
    kept,
  }: ProjectedAscentOptions & {
    readonly points: (inputs: Float32Array) => Float32Array;
    readonly kept: Float32Array | undefined;
  },
): Ascent {
  const x = points(inputs);
  if (kept === undefined) setStart(x, start, inputs, ball, stream);
  else setKept(x, kept, inputs);
  const last = (): Float32Array => {
    const head = gradientOf(loss, labels, new Float64Array(labels.length));
    if (norm === 'Linf' && network.linfAscent !== undefined) {
      return network.linfAscent(x, inputs, head, { steps, alpha, radius: ball.radius });
    }
    return projectedAscent(network, x, inputs, head, ball, { steps, alpha });
  };
  const reachedLast = (): Reached => {
    const point = Float32Array.from(last());
    return { x: point, losses: lossesOf(loss, network.logits(point), labels) };
  };
  const best = (): Reached => bestOnTheWay(network, x, { inputs, labels }, loss, ball, { steps, alpha });
  return { last, reached: (keep) => (keep === 'last' ? reachedLast() : best()) };
}

/** K steps of ascent on the ball around the clean inputs, in place, from the nearest point of the ball and the box. */
export function projectedAscent(
  network: Network,
  x: Float32Array,
  clean: Float32Array,
  head: LogitGradient,
  ball: Ball,
  { steps, alpha }: { readonly steps: number; readonly alpha: number },
): Float32Array {
  ball.project(x, clean);
  for (let k = 0; k < steps; k += 1) ball.ascend(x, clean, network.inputGradient(x, head), alpha);
  return x;
}

/** Of each example the point of the largest loss among the start and the K steps; the losses come with the gradients. */
function bestOnTheWay(
  network: Network,
  x: Float32Array,
  { inputs, labels }: LabelledInputs,
  loss: Loss,
  ball: Ball,
  { steps, alpha }: { readonly steps: number; readonly alpha: number },
): Reached {
  ball.project(x, inputs);
  const seen = new Float64Array(labels.length);
  const head = gradientOf(loss, labels, seen);
  const best = { x: Float32Array.from(x), losses: new Float64Array(labels.length).fill(-Infinity) };
  for (let k = 0; k < steps; k += 1) {
    const gradient = network.inputGradient(x, head);
    keepStronger(best, { x, losses: seen });
    ball.ascend(x, inputs, gradient, alpha);
  }
  keepStronger(best, { x, losses: lossesOf(loss, network.logits(x), labels) });
  return best;
}

/** The starting points, before they are projected. */
function setStart(x: Float32Array, start: Start, clean: Float32Array, ball: Ball, stream: RandomStream): void {
  if (start === 'input') x.set(clean);
  else if (start === 'uniform') {
    ball.sample(x, stream);
    for (let i = 0; i < x.length; i += 1) x[i] += clean[i];
  } else for (let i = 0; i < x.length; i += 1) x[i] = clean[i] + start.deviation * stream.normal();
}

/** The kept perturbations around the inputs: the ascent begins by projecting them on the ball in force and on the box. */
function setKept(x: Float32Array, kept: Float32Array, clean: Float32Array): void {
  for (let i = 0; i < x.length; i += 1) x[i] = clean[i] + kept[i];
}

/** An array like the one given, and apart from it, reused while lengths are the same: new ones keep the collector busy. */
function reusedArray(): (like: Float32Array) => Float32Array {
  let kept = new Float32Array(0);
  return (like) => {
    if (kept.length !== like.length || kept.buffer === like.buffer) kept = new Float32Array(like.length);
    return kept;
  };
}

/** For each example the perturbed input of the largest loss among `restarts` ascents. */
function strongest(ascend: () => Ascent, restarts: number, keep: 'last' | 'best'): Float32Array {
  const best = ascend().reached(keep);
  for (let restart = 1; restart < restarts; restart += 1) keepStronger(best, ascend().reached(keep));
  return best.x;
}

/** Example by example, the other point takes the place of the best one where its loss is larger. */
export function keepStronger(best: Reached, other: Reached): void {
  const width = best.x.length / best.losses.length;
  for (let i = 0; i < best.losses.length; i += 1) {
    if (!(other.losses[i] > best.losses[i])) continue;
    best.losses[i] = other.losses[i];
    best.x.set(other.x.subarray(i * width, (i + 1) * width), i * width);
  }
}
