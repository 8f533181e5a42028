import type * as tf from '@tensorflow/tfjs';
import type { RandomStream } from '../math/random.js';
import type { Loss } from './loss.js';

/**
 * What a loss makes of logits: reads them, [n, classes], and writes the gradient of the sum of its losses in them into
 * `gradient`, of the same shape, every entry. Both arrays are the network's own and void after the call.
 */
export type LogitGradient = (logits: Float32Array, gradient: Float32Array) => void;

/** K steps of projected ascent on an Linf ball and the box [0, 1]. */
export interface LinfAscent {
  readonly steps: number;
  /** Length of a step, alpha. */
  readonly alpha: number;
  /** Radius of the ball around the clean input, already so small that rounding does not leave eps. */
  readonly radius: number;
}

/**
 * How passes treat layers such as batch normalisation: by running statistics (`inference`), by the batch's own (`train`),
 * or by the batch's own, which also move the running ones (`update`).
 */
export type Pass = 'inference' | 'train' | 'update';

/** Of a network whose model is passed differently in training. */
export interface Passes {
  /** For the calls that follow; `inference` at first. */
  set(pass: Pass): void;
  /** All running statistics one after the other: a copy. */
  statistics(): Float32Array;
  loadStatistics(values: Float32Array): void;
}

/** Of a network with dropout layers, which act in the passes of updates alone. */
export interface Dropout {
  /** For the calls that follow; `inference` at first. */
  set(pass: Pass): void;
  /** Where the masks of the next passes of an update come from, a new one for each pass and layer. */
  drawFrom(stream: RandomStream): void;
}

/** Inputs row-major, [n, inputSize], in [0, 1]; class of each, 0..classes-1. */
export interface LabelledInputs {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
}

/** Loss of each example, [n], as a function of the perturbed inputs [n, ...inputShape]; differentiable. */
export type InputLosses = (inputs: tf.Tensor) => tf.Tensor1D;

/** An attack of a user's own, written on TensorFlow.js tensors; for models that those engines run. */
export interface TensorAttack {
  readonly spec: null;
  readonly gradientEvaluations: number;
  /** `kept`: every training example keeps the perturbation of its last visit, and `perturb` is given it; 0 on the first. */
  readonly start?: 'kept';
  /** What they are kept as; float32 by default. */
  readonly kept_as?: 'float32' | 'int8';
  /**
   * Perturbed inputs, same shape as `inputs`, which are not changed.
   * @param losses - loss of each example, differentiable in the inputs
   * @param inputs - clean inputs [n, ...inputShape] in [0, 1]
   * @param kept - perturbations of the last visits, of the same shape, where `start` is `kept`; undefined on examples that
   * keep none: those of validation, scoring and measurements
   */
  perturb(losses: InputLosses, inputs: tf.Tensor, stream: RandomStream, kept?: tf.Tensor): tf.Tensor;
}

/**
 * A model on an engine, its buffers planned once for at most `capacity` examples. Losses, attacks and optimizers are
 * plain code above this interface, so that they are the same on every engine. Numbers are float32, inputs row-major
 * [n, inputSize], weights one array with all parameters in the order of the model's `parameterShapes`.
 *
 * An array that is returned belongs to the network and is void after its next call.
 */
export interface Network {
  /** Values of one input. */
  readonly inputSize: number;
  /** Logits of one input. */
  readonly classes: number;
  /** Length of the weights. */
  readonly parameters: number;
  /** Most examples of one call. */
  readonly capacity: number;
  /** Sets theta for the calls that follow; the array is copied. */
  load(weights: Float32Array): void;
  /** f(x; theta), [n, classes]. */
  logits(inputs: Float32Array): Float32Array;
  /** Gradient of the sum of losses in the inputs, [n, inputSize]. */
  inputGradient(inputs: Float32Array, loss: LogitGradient): Float32Array;
  /** Gradient of the sum of losses in the weights, [parameters]. */
  weightGradient(inputs: Float32Array, loss: LogitGradient): Float32Array;
  /** Both from one backward pass. */
  gradients(inputs: Float32Array, loss: LogitGradient): { inputs: Float32Array; weights: Float32Array };
  /**
   * The ascent from the nearest point to `start` in the ball around `clean` and the box, where the engine has a faster
   * one than `projectedAscent` of src/attacks: with the same float32 operations, and so the same bits.
   */
  linfAscent?(start: Float32Array, clean: Float32Array, loss: LogitGradient, ascent: LinfAscent): Float32Array;
  /** Inputs perturbed by an attack written on tensors, [n, inputSize]; only networks of that library can. */
  perturbTensors?(
    attack: TensorAttack,
    examples: LabelledInputs,
    loss: Loss,
    stream: RandomStream,
    kept?: Float32Array,
  ): Float32Array;
  /** Of a model written on tensors alone: declared layers are the same in every pass. */
  readonly passes?: Passes;
  readonly dropout?: Dropout;
  /** Frees what the engine holds. */
  dispose(): void;
}

/** What `compute` returns, its calls passed as said; those after it in inference again. */
export function inPass<Result>({ passes, dropout }: Network, pass: Pass, compute: () => Result): Result {
  if (passes === undefined && dropout === undefined) return compute();
  passes?.set(pass);
  dropout?.set(pass);
  try {
    return compute();
  } finally {
    passes?.set('inference');
    dropout?.set('inference');
  }
}
