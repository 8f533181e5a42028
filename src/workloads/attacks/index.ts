import type { AttackSpec } from '../../artifacts/experiment.js';
import type { ArrayAttack } from '../workload.js';
import { createPenalisedAscent } from './penalised-ascent.js';
import { createProjectedAscent } from './projected-ascent.js';

/** Length of all PGD steps together, in radii (Madry et al. 2018). */
const PGD_REACH = 2.5;
/** Length of the one FGSM step after a random start, in radii (Wong, Rice & Kolter 2020). */
const FGSM_REACH = 1.25;
/** Steps of the attack that scores runs. */
const SCORING_STEPS = 10;

/**
 * The attack of a description, its step length filled in: 2.5 eps / steps for PGD, 1.25 eps for FGSM.
 *
 * @example
 * const attack = createAttack(attackSchema.parse({ type: 'pgd', eps: 0.1, steps: 5 }));
 * attack.gradientEvaluations; // 5
 */
export function createAttack(spec: AttackSpec): ArrayAttack {
  if (spec.type === 'penalised_ascent') return createPenalisedAscent(spec);
  if (spec.type === 'pgd') {
    const { alpha = (PGD_REACH * spec.eps) / spec.steps } = spec;
    return createProjectedAscent(withAlpha(spec, alpha), { ...spec, alpha });
  }
  const { alpha = FGSM_REACH * spec.eps } = spec;
  return createProjectedAscent(withAlpha(spec, alpha), { ...spec, alpha, norm: 'Linf', steps: 1, restarts: 1 });
}

/** The attack that scores runs: PGD with 10 steps and one random start on the training attack's ball. */
export function scoringAttack(spec: AttackSpec): AttackSpec {
  if (spec.type === 'penalised_ascent') return spec;
  const norm = spec.type === 'fgsm' ? 'Linf' : spec.norm;
  return { type: 'pgd', norm, eps: spec.eps, steps: SCORING_STEPS, random_start: true, restarts: 1 };
}

/** The description with its step length written out, where it is a length at all. */
function withAlpha<Spec extends AttackSpec>(spec: Spec, alpha: number): Spec {
  return alpha > 0 ? { ...spec, alpha } : spec;
}
