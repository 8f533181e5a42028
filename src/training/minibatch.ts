import type { RandomStream } from '../math/random.js';
import { mean } from '../math/vectors.js';
import { gradientOf, lossesOf, lossNamed, type Loss } from '../losses/index.js';
import type { Network, LabelledInputs } from '../networks/network.js';
import type { AnyAttack } from '../attacks/array-attack.js';
import type { Workload } from '../workloads/workload.js';
import { drawMoves, movedImages, type Move } from './augmentation.js';

/** The examples of these indices. */
export function gatherBatch({ inputs, labels }: LabelledInputs, indices: Int32Array): LabelledInputs {
  const width = inputs.length / labels.length;
  const batch = new Float32Array(indices.length * width);
  indices.forEach((example, i) => batch.set(inputs.subarray(example * width, (example + 1) * width), i * width));
  return { inputs: batch, labels: indices.map((example) => labels[example]) };
}

/** Training examples of a minibatch, and where they come from. */
export interface DrawnBatch extends LabelledInputs {
  /** Places in the training split, [n]. */
  readonly indices: Int32Array;
  /** How each image was moved; null where none is. */
  readonly moves: readonly Move[] | null;
}

/** Training examples drawn with replacement, cropped and flipped as the workload wants. */
export function drawBatch(
  { dataset: { train, inputShape }, augmentation }: Pick<Workload, 'dataset' | 'augmentation'>,
  n: number,
  streams: { readonly batches: RandomStream; readonly augmentation: RandomStream },
): DrawnBatch {
  const indices = drawIndices(train.count, n, streams.batches);
  const { inputs, labels } = gatherBatch(train, indices);
  if (augmentation === undefined) return { inputs, labels, indices, moves: null };
  const moves = drawMoves(n, augmentation, streams.augmentation);
  return { inputs: movedImages(inputs, inputShape, moves), labels, indices, moves };
}

/** n indices in 0..count-1, drawn with replacement. */
export function drawIndices(count: number, n: number, stream: RandomStream): Int32Array {
  return Int32Array.from({ length: n }, () => stream.integer(count));
}

/** What a workload's weights lower and its attack raises. */
export function lossOf({ loss = 'cross_entropy' }: Workload): Loss {
  return lossNamed(loss);
}

/** The batch's inputs perturbed by the attack against the weights that are loaded; the inputs themselves without one. */
export function perturbInputs(
  network: Network,
  examples: LabelledInputs,
  { loss, attack, stream, kept }: PerturbOptions,
): Float32Array {
  if (attack === null) return examples.inputs;
  if (attack.spec !== null) return attack.perturb(network, examples, loss, stream, kept);
  return network.perturbTensors!(attack, examples, loss, stream, kept);
}

interface PerturbOptions {
  readonly loss: Loss;
  readonly attack: AnyAttack | null;
  readonly stream: RandomStream;
  /** Perturbations at which the ascent starts, of an attack that keeps them, [n, inputSize]. */
  readonly kept?: Float32Array | undefined;
}

/**
 * Mean loss at the perturbed inputs and its gradient in the weights, the perturbation held fixed: the partial gradient
 * d_theta l(theta, x + delta^K), which is the whole one at an exact inner maximum (Danskin). The gradient is the
 * network's own array.
 */
export function lossAndGradient(
  network: Network,
  { inputs, labels }: LabelledInputs,
  loss: Loss,
): { loss: number; gradient: Float32Array } {
  const losses = new Float64Array(labels.length);
  const gradient = network.weightGradient(inputs, gradientOf(loss, labels, losses, 1 / labels.length));
  return { loss: mean(losses), gradient };
}

/** Mean loss of the weights that are loaded. */
export function meanLoss(network: Network, { inputs, labels }: LabelledInputs, loss: Loss): number {
  return mean(lossesOf(loss, network.logits(inputs), labels));
}
