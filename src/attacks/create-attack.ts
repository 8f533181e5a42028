import { issuesOf } from '../artifacts/shared/issues.js';
import { HjbLrError } from '../errors.js';
import type { z } from 'zod';
import type { ArrayAttack } from './array-attack.js';
import type { AttackOptions } from './attack.js';
import { attackUnder, isScheduled } from './controls.js';
import { attackNamed } from './index.js';
import { keptStart } from './kept.js';
import {
  trainingAttackSchema,
  type AttackSpec,
  type SingleAttackSpec,
  type TrainingAttackInput,
  type TrainingAttackSpec,
} from './schemas.js';

/** Moments of a run at which a schedule is looked at for its mean cost. */
const MOMENTS = 1000;

/** Classes of a model that nobody has named: only attacks that score ask for them. */
const NO_CLASSES = NaN;

/**
 * The attack of a description, its step length filled in: 2.5 eps / steps for PGD, 1.25 eps for FGSM, eps for both with kept
 * perturbations. Where eps or steps follow a schedule, `perturb` is that of the end of the run, and `gradientEvaluations` the
 * mean over the run; `under` gives the attack in force.
 *
 * @throws E_INVALID with every field of the description that is not one of an attack
 *
 * @example
 * const attack = createAttack({ type: 'pgd', eps: 0.1, steps: 5 });
 * attack.gradientEvaluations; // 5
 */
export function createAttack(input: TrainingAttackInput, options: AttackOptions = {}): ArrayAttack {
  const spec = parsed(trainingAttackSchema, input);
  const under = (changed: AttackSpec): ArrayAttack<AttackSpec> => fixedAttack(changed, options);
  const described = { ...under(attackUnder(spec, {})), description: spec, under };
  return isScheduled(spec) ? { ...described, spec, gradientEvaluations: meanCost(spec, options) } : described;
}

/** An attack that stays as it is, its step length filled in. */
export function fixedAttack<Spec extends SingleAttackSpec>(
  description: Spec,
  options: AttackOptions = {},
  classes = NO_CLASSES,
): ArrayAttack<Spec> {
  const spec = withStepSize(description, options);
  return {
    spec: spec as Spec,
    gradientEvaluations: costOf(spec, classes),
    perturb: attackNamed(spec.type).create(spec, options),
    kept: keptStart(spec),
  };
}

/**
 * The description in its whole form.
 * @throws E_INVALID with every field of the description that is not one of an attack
 */
export function parsed<Spec>(schema: z.ZodType<Spec>, input: unknown): Spec {
  const { data, error } = schema.safeParse(input, { reportInput: true });
  if (error === undefined) return data;
  throw new HjbLrError('E_INVALID', 'This is not the description of an attack.', {
    remedy: 'For example { type: "pgd", norm: "Linf", eps: 0.1, steps: 5 }.',
    issues: issuesOf(error).map(({ path, message }) => ({ path: path === '' ? 'attack' : `attack.${path}`, message })),
  });
}

/** The description with its step length written out, where it is a length at all. */
function withStepSize(spec: SingleAttackSpec, { reach }: AttackOptions): SingleAttackSpec {
  const { stepSize, controls } = attackNamed(spec.type);
  const field = controls.attack_step_size;
  if (field === undefined || field in spec) return spec;
  const length = stepSize(spec, reach);
  return length !== null && length > 0 ? { ...spec, [field]: length } : spec;
}

/** Gradients on each example of an attack whose step length is filled in. */
function costOf(spec: SingleAttackSpec, classes: number): number {
  return attackNamed(spec.type).gradientEvaluations(spec, classes);
}

function meanCost(spec: TrainingAttackSpec, options: AttackOptions): number {
  const costs = Array.from({ length: MOMENTS }, (_, i) => {
    const inForce = attackUnder(spec, {}, (i + 0.5) / MOMENTS);
    return costOf(withStepSize(inForce, options), NO_CLASSES);
  });
  return costs.reduce((sum, cost) => sum + cost, 0) / MOMENTS;
}
