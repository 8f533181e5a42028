import type * as tf from '@tensorflow/tfjs';
import type {
  AugmentationSpec,
  LossName,
  ModelSpec,
  Objective,
  TrainingSpec,
} from '../artifacts/experiment/experiment.js';
import type { Attack } from '../attacks/array-attack.js';
import type { RandomStream } from '../math/random.js';
import type { PlannedLayer } from './models/plan.js';
import type { LabelledInputs } from '../networks/network.js';

export type { AnyAttack, ArrayAttack, Attack } from '../attacks/array-attack.js';
export type { InputLosses, LabelledInputs, TensorAttack } from '../networks/network.js';

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

/** How the pass that a model is asked for treats layers such as batch normalisation. */
export interface TensorPass {
  /** Whether a batch is normalised by its own statistics; by the running ones otherwise. */
  readonly training: boolean;
  /** The running statistics, in the order of the model's `statistics.shapes`. */
  readonly statistics: readonly tf.Tensor[];
  /** Hands over what the running statistics become, in the same order; kept in the passes of updates alone. */
  moveStatistics(moved: readonly tf.Tensor[]): void;
}

/** A model written on TensorFlow.js tensors: the engines `native` and `tfjs` run it. */
export interface TensorModel extends Parameterised {
  readonly spec: ModelSpec | null;
  /** Running statistics that no gradient moves: the run owns them and keeps them in its checkpoints. */
  readonly statistics?: {
    readonly shapes: readonly (readonly number[])[];
    /** Fresh ones, one array for each shape. */
    initialise(): Float32Array[];
  };
  /** Logits [n, classes] of inputs [n, ...inputShape]; differentiable in both. */
  logits(weights: readonly tf.Tensor[], inputs: tf.Tensor, pass: TensorPass): tf.Tensor2D;
}

export type Model = DeclaredModel | TensorModel;

export function isTensorModel(model: Model): model is TensorModel {
  return 'logits' in model;
}

/** What is trained. A module named by `"workload": "./my-workload.js"` exports one as `workload` (or a function that returns it). */
export interface Workload {
  readonly dataset: Dataset;
  readonly model: Model;
  /** What the weights lower and the attack raises; softmax cross-entropy by default. */
  readonly loss?: LossName;
  /** null: training on clean inputs. */
  readonly attack: Attack | null;
  /** What the gradient of an update is taken of: the loss at the perturbed inputs by default. */
  readonly training?: TrainingSpec;
  /** Random crops and flips of the images of training minibatches. */
  readonly augmentation?: AugmentationSpec;
  /** How a model's batch normalisation is passed while the training attack ascends; `inference` by default. */
  readonly attackMode?: 'inference' | 'train';
  readonly objective?: Partial<Objective>;
}
