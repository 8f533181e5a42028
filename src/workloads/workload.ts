import type * as tf from '@tensorflow/tfjs';
import type { AttackSpec, LossName, ModelSpec, Objective } from '../artifacts/experiment.js';
import type { RandomStream } from '../math/random.js';
import type { Loss } from './losses/loss.js';
import type { PlannedLayer } from './models/plan.js';
import type { Network } from './network.js';

/** Inputs row-major, [n, inputSize], in [0, 1]; class of each, 0..classes-1. */
export interface LabelledInputs {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
}

export interface Examples extends LabelledInputs {
  readonly count: number;
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

/** What every model says of its weights. Inputs are in [0, 1]: normalization is inside. */
interface Parameterised {
  readonly parameterShapes: readonly (readonly number[])[];
  /** Fresh weights, one array per parameter, from the stream. */
  initialise(stream: RandomStream): Float32Array[];
}

/** A model made of the layers of its description: every engine runs it. */
export interface DeclaredModel extends Parameterised {
  readonly spec: ModelSpec;
  readonly layers: readonly PlannedLayer[];
}

/** A model written on TensorFlow.js tensors: the engines `native` and `tfjs` run it. */
export interface TensorModel extends Parameterised {
  readonly spec: ModelSpec | null;
  /** Logits [n, classes] of inputs [n, ...inputShape]; differentiable in both. */
  logits(weights: readonly tf.Tensor[], inputs: tf.Tensor): tf.Tensor2D;
}

export type Model = DeclaredModel | TensorModel;

export function isTensorModel(model: Model): model is TensorModel {
  return 'logits' in model;
}

/** The inner maximisation: K ascent steps on the input perturbation. */
export interface ArrayAttack {
  readonly spec: AttackSpec;
  /** Gradient evaluations that one call spends on each example. */
  readonly gradientEvaluations: number;
  /**
   * Perturbed inputs, [n, inputSize]; the clean ones are not changed. The array may be the network's own, void after its
   * next call but the one that it is handed to.
   * @param network - with the weights that are attacked loaded
   * @param loss - what the attack raises
   * @param stream - source of the random start
   */
  perturb(network: Network, examples: LabelledInputs, loss: Loss, stream: RandomStream): Float32Array;
}

/** Loss of each example, [n], as a function of the perturbed inputs [n, ...inputShape]; differentiable. */
export type InputLosses = (inputs: tf.Tensor) => tf.Tensor1D;

/** An attack of a user's own, written on TensorFlow.js tensors; for models that those engines run. */
export interface TensorAttack {
  readonly spec: null;
  readonly gradientEvaluations: number;
  /**
   * Perturbed inputs, same shape as `inputs`, which are not changed.
   * @param losses - loss of each example, differentiable in the inputs
   * @param inputs - clean inputs [n, ...inputShape] in [0, 1]
   */
  perturb(losses: InputLosses, inputs: tf.Tensor, stream: RandomStream): tf.Tensor;
}

export type Attack = ArrayAttack | TensorAttack;

/** What is trained. A module named by `"workload": "./my-workload.js"` exports one as `workload` (or a function that returns it). */
export interface Workload {
  readonly dataset: Dataset;
  readonly model: Model;
  /** What the weights lower and the attack raises; softmax cross-entropy by default. */
  readonly loss?: LossName;
  /** null: training on clean inputs. */
  readonly attack: Attack | null;
  readonly objective?: Partial<Objective>;
}
