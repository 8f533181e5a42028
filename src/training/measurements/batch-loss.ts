import { resumeStream, type RandomStream } from '../../math/random.js';
import { crossEntropy } from '../../losses/cross-entropy.js';
import type { Loss } from '../../losses/index.js';
import type { Network, LabelledInputs } from '../../networks/network.js';
import type { Attack } from '../../attacks/array-attack.js';
import type { BatchLoss, WeightLoss } from '../../measurements/estimators/weight-loss.js';
import { lossAndGradient, meanLoss, perturbInputs } from '../minibatch.js';

export type { BatchLoss, WeightLoss } from '../../measurements/estimators/weight-loss.js';

/** Counts what is spent: one for each example and pass, an attack of K steps K of them. */
export interface Meter {
  passes: number;
}

export interface BatchLossOptions {
  /** Softmax cross-entropy by default. */
  readonly loss?: Loss;
  /** null: the clean loss. */
  readonly attack: Attack | null;
  /** Attack noise: every attack starts from the position at which this stream stands now. */
  readonly noise: RandomStream;
  readonly meter?: Meter;
  /** Perturbations at which the attack starts, of one that keeps them, [n, inputSize]. */
  readonly kept?: Float32Array | undefined;
}

/**
 * The mean adversarial loss of fixed examples under fixed attack noise, L(theta) = (1/n) sum_i l(theta, x_i +
 * delta_i^K(theta)), and h(theta) = (1/n) sum_i d_theta l(theta, x_i + delta_i^K): common random numbers, so that
 * differences between weights are of the weights alone. More examples than the network takes at once go in parts, added
 * up in float64. The network is left with the weights of the last call.
 *
 * @param examples - clean inputs [n, inputSize] and labels [n]
 *
 * @example
 * const loss = batchLoss(network, { inputs, labels }, { attack, noise: randomStream(0, 'measurement') });
 * const product = hessianVectorProduct(loss.frozenAt(weights), weights, vector); // H v at the perturbed points
 */
export function batchLoss(network: Network, examples: LabelledInputs, options: BatchLossOptions): BatchLoss {
  const { loss = crossEntropy, attack, noise, meter = { passes: 0 }, kept } = options;
  const position = noise.state();
  const parts = split(examples, network);
  const attacked = (weights: Float32Array): LabelledInputs[] => {
    network.load(weights);
    if (attack === null) return parts;
    meter.passes += examples.labels.length * attack.gradientEvaluations;
    const stream = resumeStream(position);
    let done = 0;
    return parts.map(({ inputs, labels }) => {
      const starts = kept?.subarray(done, (done += inputs.length));
      const perturbed = perturbInputs(network, { inputs, labels }, { loss, attack, stream, kept: starts });
      return { inputs: Float32Array.from(perturbed), labels };
    });
  };
  return {
    count: examples.labels.length,
    ...lossAt(network, loss, attacked, meter),
    frozenAt: (weights) => frozenLoss(network, loss, attacked(weights), meter),
  };
}

/** The loss at inputs that are perturbed already, in parts that the network takes at once. */
export function frozenLoss(
  network: Network,
  loss: Loss,
  parts: readonly LabelledInputs[],
  meter: Meter = { passes: 0 },
): WeightLoss {
  const loaded = (weights: Float32Array): readonly LabelledInputs[] => {
    network.load(weights);
    return parts;
  };
  return lossAt(network, loss, loaded, meter);
}

/** @param partsAt - loads the weights, and gives the perturbed inputs */
function lossAt(
  network: Network,
  loss: Loss,
  partsAt: (weights: Float32Array) => readonly LabelledInputs[],
  meter: Meter,
): WeightLoss {
  const sumOver = (weights: Float32Array, add: (part: LabelledInputs, share: number) => void): void => {
    const parts = partsAt(weights);
    const count = parts.reduce((sum, { labels }) => sum + labels.length, 0);
    meter.passes += count;
    for (const part of parts) add(part, part.labels.length / count);
  };
  return {
    loss(weights) {
      let total = 0;
      sumOver(weights, (part, share) => (total += share * meanLoss(network, part, loss)));
      return total;
    },
    gradient(weights) {
      const total = new Float64Array(network.parameters);
      sumOver(weights, (part, share) => {
        const { gradient } = lossAndGradient(network, part, loss);
        for (let i = 0; i < total.length; i += 1) total[i] += share * gradient[i];
      });
      return total;
    },
  };
}

/** Examples in parts of at most the network's capacity. */
function split({ inputs, labels }: LabelledInputs, { capacity, inputSize }: Network): LabelledInputs[] {
  return Array.from({ length: Math.ceil(labels.length / capacity) }, (_, part) => {
    const [first, end] = [part * capacity, Math.min((part + 1) * capacity, labels.length)];
    return { inputs: inputs.subarray(first * inputSize, end * inputSize), labels: labels.subarray(first, end) };
  });
}
