import type { AttackSpec } from '../../artifacts/experiment.js';
import type { Attack } from '../workload.js';
import { createPenalisedAscent } from './penalised-ascent.js';
import { createProjectedAscent } from './projected-ascent.js';

/** Ratio of the sum of all steps to the radius: PGD steps are 2.5 eps / steps by default. */
const STEP_SHARE = 2.5;
const FGSM_STEP_SHARE = 1.25;

/** The attack of a description, its defaults filled in. */
export function createAttack(spec: AttackSpec): Attack {
  switch (spec.type) {
    case 'pgd':
      return createProjectedAscent(spec, { ...spec, alpha: spec.alpha ?? (STEP_SHARE * spec.eps) / spec.steps });
    case 'fgsm':
      return createProjectedAscent(spec, {
        norm: 'Linf',
        eps: spec.eps,
        steps: 1,
        alpha: spec.alpha ?? FGSM_STEP_SHARE * spec.eps,
        random_start: spec.random_start,
        restarts: 1,
      });
    case 'penalised_ascent':
      return createPenalisedAscent(spec);
  }
}

/** The attack that scores runs: the training attack's ball, PGD with 10 steps, one start. */
export function scoringAttack(spec: AttackSpec): AttackSpec {
  if (spec.type === 'penalised_ascent') return spec;
  const norm = spec.type === 'fgsm' ? 'Linf' : spec.norm;
  return { type: 'pgd', norm, eps: spec.eps, steps: 10, random_start: true, restarts: 1 };
}
