import type * as tf from '@tensorflow/tfjs';
import type { ModelSpec } from '../../artifacts/experiment/experiment.js';
import type { RandomStream } from '../../math/random.js';
import type { PlannedLayer } from './plan.js';

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
