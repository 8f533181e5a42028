import type { Loss } from '../networks/loss.js';
import type { LabelledInputs, Network, TensorAttack } from '../networks/network.js';
import type { RandomStream } from '../math/random.js';
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
   */
  perturb(network: Network, examples: LabelledInputs, loss: Loss, stream: RandomStream): Float32Array;
  /** As it was described, without the step length that follows from the rest. */
  readonly description?: TrainingAttackSpec;
  /** The attack of another description: what controls, or a moment of its schedule, make of this one. */
  under?(spec: AttackSpec): ArrayAttack<AttackSpec>;
}

export type Attack = ArrayAttack | TensorAttack;

/** Also one that only scores. */
export type AnyAttack = ArrayAttack<TrainingAttackSpec | SingleAttackSpec> | TensorAttack;
