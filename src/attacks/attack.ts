import type { z } from 'zod';
import type { RandomStream } from '../math/random.js';
import type { Loss } from '../networks/loss.js';
import type { LabelledInputs, Network } from '../networks/network.js';

/** What of an attack may change along a run: its radius, its number of steps, and the length of one of them. */
export type AttackControlName = 'attack_eps' | 'attack_steps' | 'attack_step_size';

/** Values of controls, of those that something sets. */
export type ControlValues = Readonly<Partial<Record<AttackControlName, number>>>;

/** The ball |delta| <= eps that an attack searches. */
export interface AttackBall {
  readonly norm: 'Linf' | 'L2';
  readonly eps: number;
}

/** Where an ascent starts: at the input, at a uniform point of the ball, or at input + deviation N(0, 1). */
export type Start = 'input' | 'uniform' | { readonly deviation: number };

/** What is not in an attack's description. */
export interface AttackOptions {
  /** Length of all steps together, in radii, where no step length is given. */
  readonly reach?: number;
  /** In place of the one that `random_start` says. */
  readonly start?: Start;
}

/**
 * Perturbed inputs, [n, inputSize]; `ArrayAttack` says more.
 * @param kept - perturbations at which the ascent starts, [n, inputSize], of an attack that keeps them; where there are
 * none, it starts as without
 */
export type Perturb = (
  network: Network,
  examples: LabelledInputs,
  loss: Loss,
  stream: RandomStream,
  kept?: Float32Array,
) => Float32Array;

/**
 * One attack of the family: its description in files, and what is done with it. `Spec` is a description without
 * schedules, its defaults filled in. A field `restarts` is a number of starts that are made one after the other, a field
 * `loss` a loss that is raised in place of the training loss.
 */
export interface AttackMould<Spec extends { readonly type: string } = { readonly type: string }> {
  readonly name: string;
  /** Whether it may be trained against; otherwise it only scores. */
  readonly trains: boolean;
  /**
   * Whether its ascent may start from the perturbations that training examples keep. Descriptions then have the fields of
   * `KeptFields`, and a field `steps` is 1 by default with them; the attack must have a ball.
   */
  readonly keeps?: boolean;
  /** Of the description, `type` being the name; asked for once, when the first schema of a file is made. */
  schema(): z.ZodObject;
  /**
   * The controls that it obeys, each with the field that holds it. A file may give a schedule for the radius and the
   * number of steps: `SCHEDULABLE`.
   */
  readonly controls: Readonly<Partial<Record<AttackControlName, string>>>;
  /** The length of a step where the description gives none; null where it always does. */
  stepSize(spec: Spec, reach?: number): number | null;
  /** The ball that it searches; null where nothing but a penalty bounds it. */
  ball(spec: Spec): AttackBall | null;
  /** Whether it is of models whose logits are linear in the input, and of no others. */
  readonly needsLinearLogits: boolean;
  /** Gradients that one call spends on each example. */
  gradientEvaluations(spec: Spec, classes: number): number;
  /** In words, as logs and reports name it. */
  describe(spec: Spec): string;
  /** The attack itself, its step length filled in. */
  create(spec: Spec, options: AttackOptions): Perturb;
}
