import type { SingleAttackSpec } from '../artifacts/experiment/attacks.js';
import type { RandomStream } from '../math/random.js';
import { lossesOf, predictions, type Loss } from '../losses/index.js';
import type { Network, LabelledInputs } from '../networks/network.js';
import type { AnyAttack } from '../attacks/array-attack.js';
import { gatherBatch, perturbInputs } from './minibatch.js';

/** What one example has come to. */
export interface Outcomes {
  readonly losses: Float64Array;
  /** 1 where it is misclassified. */
  readonly wrong: Uint8Array;
}

/** With the class that each example is given. */
export interface Classified extends Outcomes {
  readonly classes: Int32Array;
}

/** An attack of a scoring: its starts, made one after the other. */
export interface ScoringAttack {
  readonly name: string;
  /** null: the workload's own, written on tensors. */
  readonly spec: SingleAttackSpec | null;
  readonly starts: readonly AnyAttack[];
}

export interface WorstCase extends Outcomes {
  /** What each attack has come to alone (null where examples were spared), and together with those before it. */
  readonly attacks: readonly { readonly alone: Uint8Array | null; readonly together: Uint8Array }[];
}

interface WorstCaseOptions {
  /** At the clean inputs, which lie in every ball. */
  readonly clean: Outcomes;
  readonly loss: Loss;
  readonly stream: RandomStream;
  /** Leaves examples alone that are misclassified already. */
  readonly spare: boolean;
}

/**
 * Of each example the worst outcome of the clean input and all attacks and starts: misclassified before rightly
 * classified, then by the loss. So robust accuracy is never above clean accuracy, and another attack never raises it.
 */
export function worstCase(
  network: Network,
  examples: LabelledInputs,
  attacks: readonly ScoringAttack[],
  options: WorstCaseOptions,
): WorstCase {
  const worst = copied(options.clean);
  const stages = attacks.map(({ starts }) => {
    const alone = copied(options.clean);
    for (const attack of starts) {
      const left = options.spare ? rightlyClassified(worst) : null;
      const outcome = outcomeOf(network, left === null ? examples : gatherBatch(examples, left), attack, options);
      takeWorse(worst, outcome, left);
      takeWorse(alone, outcome, left);
    }
    return { alone: options.spare ? null : alone.wrong, together: worst.wrong.slice() };
  });
  return { ...worst, attacks: stages };
}

/** Losses and misclassifications at inputs as they are; a loss that is not a number counts as misclassification. */
export function outcomesAt(network: Network, { inputs, labels }: LabelledInputs, loss: Loss): Classified {
  const logits = network.logits(inputs);
  const classes = predictions(logits, network.classes);
  const losses = lossesOf(loss, logits, labels);
  const isRight = (label: number, i: number): boolean => classes[i] === label && !Number.isNaN(losses[i]);
  return { losses, classes, wrong: Uint8Array.from(labels, (label, i) => (isRight(label, i) ? 0 : 1)) };
}

function outcomeOf(
  network: Network,
  examples: LabelledInputs,
  attack: AnyAttack,
  { loss, stream }: WorstCaseOptions,
): Outcomes {
  if (examples.labels.length === 0) return { losses: new Float64Array(0), wrong: new Uint8Array(0) };
  const inputs = perturbInputs(network, examples, { loss, attack, stream });
  return outcomesAt(network, { inputs, labels: examples.labels }, loss);
}

function copied({ losses, wrong }: Outcomes): Outcomes {
  return { losses: losses.slice(), wrong: wrong.slice() };
}

function rightlyClassified({ wrong }: Outcomes): Int32Array {
  return Int32Array.from([...wrong.keys()].filter((i) => wrong[i] === 0));
}

/** @param places - which example each outcome is of; null: all in their order */
function takeWorse(worst: Outcomes, outcome: Outcomes, places: Int32Array | null): void {
  outcome.losses.forEach((loss, j) => {
    const i = places === null ? j : places[j];
    const isWorse = outcome.wrong[j] > worst.wrong[i];
    const isAlike = outcome.wrong[j] === worst.wrong[i] && !Number.isNaN(worst.losses[i]);
    if (!isWorse && !(isAlike && !(loss <= worst.losses[i]))) return;
    worst.losses[i] = loss;
    worst.wrong[i] = outcome.wrong[j];
  });
}
