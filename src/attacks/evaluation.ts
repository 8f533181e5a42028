import type { AnyAttack, ArrayAttack } from './array-attack.js';
import { attackUnder, ballOf } from './controls.js';
import { HjbLrError } from '../errors.js';
import { fixedAttack, parsed } from './create-attack.js';
import { describeAttack } from './describe.js';
import {
  evaluationAttackSchema,
  type AttackSpec,
  type EvaluationAttackInput,
  type EvaluationAttackSpec,
  type SingleAttackSpec,
  type TrainingAttackSpec,
} from './schemas.js';
import { strongAttacks } from './strong.js';

/** Steps of the attack that scores runs. */
const SCORING_STEPS = 10;

/** One attack of an evaluation, as starts that are made one after the other. */
export interface EvaluationAttack {
  /** As logs name it. */
  readonly name: string;
  readonly spec: SingleAttackSpec;
  readonly starts: readonly ArrayAttack<SingleAttackSpec>[];
}

/**
 * The attacks of an evaluation, those of `best_of` in their order; every restart is a start of its own.
 *
 * @param classes - logits of the model
 * @throws E_INVALID with every field of the description that is not one of such an attack
 */
export function evaluationAttacks(input: EvaluationAttackInput, classes: number): EvaluationAttack[] {
  const spec = parsed(evaluationAttackSchema, input);
  if (spec.type === 'strong') return evaluationAttacks(inTrainingBall(spec, null), classes);
  return (spec.type === 'best_of' ? spec.attacks : [spec]).map((one) => {
    const { restarts = 1 } = one as { readonly restarts?: number };
    const start = fixedAttack(oneStart(one), {}, classes);
    return { name: describeAttack(one), spec: one, starts: Array.from({ length: restarts }, () => start) };
  });
}

function oneStart(spec: SingleAttackSpec): SingleAttackSpec {
  return 'restarts' in spec ? { ...spec, restarts: 1 } : spec;
}

/**
 * The evaluation's attack with the ball of the training attack put in where it is `strong`.
 * @throws E_INVALID where there is no such ball
 */
export function inTrainingBall(spec: EvaluationAttackSpec, trained: TrainingAttackSpec | null): EvaluationAttackInput {
  if (spec.type !== 'strong') return spec;
  const ball = trained === null ? null : ballOf(attackUnder(trained, {}));
  if (ball !== null) return { type: 'best_of', attacks: strongAttacks(ball) };
  throw new HjbLrError('E_INVALID', NO_BALL, { remedy: 'Name an attack with its radius in the evaluation.' });
}

const NO_BALL = 'The attack strong searches the ball of the training attack, which has none.';

/** Gradients that an evaluation spends on each example where none is spared. */
export function evaluationCost(attacks: readonly { readonly starts: readonly AnyAttack[] }[]): number {
  return attacks.flatMap(({ starts }) => starts).reduce((sum, start) => sum + start.gradientEvaluations, 0);
}

/** The attack that scores runs: PGD with 10 steps and one random start on the training attack's last ball. */
export function scoringAttack(spec: TrainingAttackSpec): AttackSpec {
  const last = attackUnder(spec, {});
  const ball = ballOf(last);
  if (ball === null) return last;
  return { type: 'pgd', ...ball, steps: SCORING_STEPS, random_start: true, restarts: 1, keep: 'last' };
}
