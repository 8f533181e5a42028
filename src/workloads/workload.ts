import type { AugmentationSpec, LossName, Objective, TrainingSpec } from '../artifacts/experiment/experiment.js';
import type { Attack } from '../attacks/array-attack.js';
import type { Model } from './models/model.js';
import type { LabelledInputs } from '../networks/network.js';

export interface Examples extends LabelledInputs {
  readonly count: number;
}

/** How each column of a table was scaled: x = (raw - offset) / range, of its training rows alone. */
export interface Normalization {
  readonly kind: 'minmax' | 'standard';
  readonly columns: readonly { readonly name: string; readonly offset: number; readonly range: number }[];
  /** Values beyond [0, 1] that were set to its ends, in all splits together. */
  readonly clipped: number;
}

export interface Dataset {
  readonly name: string;
  /** SHA-256 over the bytes of all three splits, after pooling and scaling. */
  readonly sha256: string;
  /** Shape of one input, for example [196] for rows of a table or [14, 14, 1] for images. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** What the file calls the classes 0, 1, 2, ..., where it does not number them so. */
  readonly classNames?: readonly string[];
  readonly normalization?: Normalization;
  readonly train: Examples;
  /** All that a control may see besides the training examples. */
  readonly validation: Examples;
  /** For reports alone. */
  readonly test: Examples;
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
