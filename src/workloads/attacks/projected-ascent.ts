import type { AttackSpec } from '../../artifacts/experiment.js';
import type { RandomStream } from '../../math/random.js';
import { gradientOf, lossesOf, type Loss } from '../losses/loss.js';
import type { LogitGradient, Network } from '../network.js';
import type { ArrayAttack, LabelledInputs } from '../workload.js';
import { l2Ball, linfBall, type Ball } from './balls.js';

export interface ProjectedAscentOptions {
  readonly norm: 'Linf' | 'L2';
  readonly eps: number;
  readonly steps: number;
  readonly alpha: number;
  readonly random_start: boolean;
  readonly restarts: number;
}

/**
 * Projected gradient ascent on the ball |delta| <= eps (Madry et al. 2018): from a uniform random point of the ball, or
 * from the input, K steps of
 *   x' <- x' + alpha sign(g)  (Linf)   or   x' + alpha g / |g|_2  (L2),   g = grad_x loss(x'),
 * each followed by projection on the ball and then by the clip to [0, 1]. Of several restarts each example keeps the
 * one of its largest loss. With eps = 0 the inputs come back as they are, and no gradient is spent.
 */
export function createProjectedAscent(spec: AttackSpec, options: ProjectedAscentOptions): ArrayAttack {
  const { norm, eps, steps, restarts } = options;
  return {
    spec,
    gradientEvaluations: eps === 0 ? 0 : steps * restarts,
    perturb(network, examples, loss, stream) {
      if (eps === 0) return examples.inputs;
      const ball = norm === 'Linf' ? linfBall(eps) : l2Ball(eps, network.inputSize);
      const ascend = (): Float32Array => ascent(network, examples, loss, ball, stream, options);
      return restarts === 1 ? ascend() : strongest(network, examples, loss, restarts, ascend);
    },
  };
}

function ascent(
  network: Network,
  { inputs, labels }: LabelledInputs,
  loss: Loss,
  ball: Ball,
  stream: RandomStream,
  { norm, steps, alpha, random_start }: ProjectedAscentOptions,
): Float32Array {
  const x = random_start ? randomStart(inputs, ball, stream) : Float32Array.from(inputs);
  const head = gradientOf(loss, labels, new Float64Array(labels.length));
  if (norm === 'Linf' && network.linfAscent !== undefined) {
    return network.linfAscent(x, inputs, head, { steps, alpha, radius: ball.radius });
  }
  return projectedAscent(network, x, inputs, head, ball, { steps, alpha });
}

/** K steps of ascent on the ball around the clean inputs, in place. */
export function projectedAscent(
  network: Network,
  x: Float32Array,
  clean: Float32Array,
  head: LogitGradient,
  ball: Ball,
  { steps, alpha }: { readonly steps: number; readonly alpha: number },
): Float32Array {
  for (let k = 0; k < steps; k += 1) ball.ascend(x, clean, network.inputGradient(x, head), alpha);
  return x;
}

/** A uniform point of the ball around each input, clipped to the box. */
export function randomStart(clean: Float32Array, ball: Ball, stream: RandomStream): Float32Array {
  const x = new Float32Array(clean.length);
  ball.sample(x, stream);
  for (let i = 0; i < x.length; i += 1) x[i] += clean[i];
  ball.project(x, clean);
  return x;
}

/** For each example the perturbed input of the largest loss among `restarts` ascents. */
function strongest(
  network: Network,
  { labels }: LabelledInputs,
  loss: Loss,
  restarts: number,
  ascend: () => Float32Array,
): Float32Array {
  const best = Float32Array.from(ascend());
  const losses = lossesOf(loss, network.logits(best), labels);
  for (let restart = 1; restart < restarts; restart += 1) {
    const x = Float32Array.from(ascend());
    const others = lossesOf(loss, network.logits(x), labels);
    keepStronger(best, losses, x, others);
  }
  return best;
}

/** Example by example, `x` takes the place of `best` where its loss is larger. */
export function keepStronger(best: Float32Array, losses: Float64Array, x: Float32Array, others: Float64Array): void {
  const width = x.length / losses.length;
  for (let i = 0; i < losses.length; i += 1) {
    if (!(others[i] > losses[i])) continue;
    losses[i] = others[i];
    best.set(x.subarray(i * width, (i + 1) * width), i * width);
  }
}
