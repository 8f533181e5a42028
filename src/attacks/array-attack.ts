import type { Loss } from '../networks/loss.js';
import type { LabelledInputs, Network, TensorAttack } from '../networks/network.js';
import type { RandomStream } from '../math/random.js';
import type { KeptStart } from './kept.js';
import type { AttackSpec, SingleAttackSpec, TrainingAttackSpec } from './schemas.js';

/** The inner maximisation: K ascent steps on the input perturbation. */
export interface ArrayAttack<Spec = TrainingAttackSpec> {
  readonly spec: Spec;
  /** Gradient evaluations that one call spends on each example. */
  readonly gradientEvaluations: number;
  /**
   * Perturbed inputs, [n, inputSize]; the clean ones are not changed. The array may be the network's own, void after its
   * next call but the one that it is handed to.
   * @param network - with the weights that are attacked loaded
   * @param loss - what the attack raises
   * @param stream - source of the random start
   * @param kept - perturbations at which the ascent starts, [n, inputSize], where `kept` is not null; without them, on
   * examples that keep none, it starts at random
   */
  perturb(
    network: Network,
    examples: LabelledInputs,
    loss: Loss,
    stream: RandomStream,
    kept?: Float32Array,
  ): Float32Array;
  /** What every training example keeps; null (or missing) where the ascent starts anew at every visit. */
  readonly kept?: KeptStart | null;
  /** As it was described, without the step length that follows from the rest. */
  readonly description?: TrainingAttackSpec;
  /** The attack of another description: what controls, or a moment of its schedule, make of this one. */
  under?(spec: AttackSpec): ArrayAttack<AttackSpec>;
}

export type Attack = ArrayAttack | TensorAttack;

/** Also one that only scores. */
export type AnyAttack = ArrayAttack<TrainingAttackSpec | SingleAttackSpec> | TensorAttack;

/**
 * What the training examples of an attack keep; null where its ascent starts anew at every visit. Of an attack that is
 * written on tensors no ball is known: its first perturbations are 0.
 */
export function keptStartOf(attack: Attack | null): KeptStart | null {
  if (attack === null) return null;
  if (attack.spec !== null) return attack.kept ?? null;
  if (attack.start !== 'kept') return null;
  return { as: attack.kept_as ?? 'float32', first: (points) => void points.fill(0) };
}
