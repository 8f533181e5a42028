import type { KeptOfBatch } from '../kept/of-batch.js';
import type { RandomStream } from '../../math/random.js';
import type { Network, LabelledInputs } from '../../networks/network.js';
import type { Attack } from '../../attacks/array-attack.js';

/** What a rule has at hand for one update. */
export interface UpdatePoint {
  /** With the weights loaded at which the gradient is taken. */
  readonly network: Network;
  /** The attack in force; null: clean inputs. */
  readonly attack: Attack | null;
  /** A new minibatch. */
  readonly draw: () => LabelledInputs;
  /** Of the attack's random starts, and of the masks of dropout. */
  readonly noise: RandomStream;
  /** What the examples of the last `draw` keep, of an attack that starts from it: the standard rule's alone. */
  readonly kept?: KeptOfBatch | undefined;
  /** Shown the perturbed inputs, by the standard rule, before the gradient is taken at them: void after the call. */
  readonly onPerturbed?: (inputs: Float32Array) => void;
}

/** The gradient that an update descends along. */
export interface MinibatchGradient {
  readonly batch: LabelledInputs;
  /** Mean of what is lowered. */
  readonly loss: number;
  /** The network's own array. */
  readonly gradient: Float32Array;
  /** Minibatch gradients spent, those of the attack included. */
  readonly gradientEvaluations: number;
}

/** Arrays that a rule carries from one update to the next, for a checkpoint. */
export type RuleState = Readonly<Record<string, Float32Array>>;

/** How one update finds its gradient: standard adversarial training, TRADES, free adversarial training. */
export interface UpdateRule {
  gradient(point: UpdatePoint): MinibatchGradient;
  /** Copies; null where nothing is carried. */
  state(): RuleState | null;
}
