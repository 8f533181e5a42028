import type * as tf from '@tensorflow/tfjs';
import type { AttackSpec, ModelSpec, Objective } from '../artifacts/experiment.js';
import type { RandomStream } from '../math/random.js';

/** Labelled examples; inputs row-major, in [0, 1]. */
export interface Examples {
  readonly count: number;
  /** Length count * (product of the input shape). */
  readonly inputs: Float32Array;
  /** Class of each example, 0..classes-1. */
  readonly labels: Int32Array;
}

export interface Dataset {
  readonly name: string;
  /** SHA-256 over the bytes of all three splits, after pooling and scaling. */
  readonly sha256: string;
  /** Shape of one input, for example [196] for rows of a table or [14, 14, 1] for images. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly train: Examples;
  /** All that a control may see besides the training examples. */
  readonly validation: Examples;
  /** For reports alone. */
  readonly test: Examples;
}

/** A classifier on inputs in [0, 1]; normalization is inside, logits come out. */
export interface Model {
  readonly spec: ModelSpec | null;
  readonly parameterShapes: readonly (readonly number[])[];
  /** Fresh weights, one array per parameter, from the stream. */
  initialise(stream: RandomStream): Float32Array[];
  /** Logits [n, classes] of inputs [n, ...inputShape]; differentiable in both. */
  logits(weights: readonly tf.Tensor[], inputs: tf.Tensor): tf.Tensor2D;
}

/** Loss of each example, [n], as a function of the perturbed inputs [n, ...inputShape]; differentiable. */
export type InputLosses = (inputs: tf.Tensor) => tf.Tensor1D;

/** The inner maximisation: K ascent steps on the input perturbation. */
export interface Attack {
  readonly spec: AttackSpec | null;
  /** Gradient evaluations that one call spends on each example. */
  readonly gradientEvaluations: number;
  /**
   * Perturbed inputs, same shape as `inputs`, which are not changed.
   * @param losses - loss of each example, differentiable in the inputs
   * @param inputs - clean inputs [n, ...inputShape] in [0, 1]
   * @param stream - source of the random start
   */
  perturb(losses: InputLosses, inputs: tf.Tensor, stream: RandomStream): tf.Tensor;
}

/** What is trained. A module named by `"workload": "./my-workload.js"` exports one as `workload` (or a function that returns it). */
export interface Workload {
  readonly dataset: Dataset;
  readonly model: Model;
  /** null: training on clean inputs. */
  readonly attack: Attack | null;
  readonly objective?: Partial<Objective>;
}
