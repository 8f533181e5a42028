import type { AttackSpec, TrainingAttackSpec } from '../../artifacts/experiment/attacks.js';
import { heldAt, linearAt } from '../../controls/index.js';

/** The attack of a description that is in force when a share of the run is done, in [0, 1]. */
export function specAt(spec: TrainingAttackSpec, share: number): AttackSpec {
  switch (spec.type) {
    case 'pgd':
      return { ...spec, eps: linearAt(spec.eps, share), steps: heldAt(spec.steps, share) };
    case 'fgsm':
      return { ...spec, eps: linearAt(spec.eps, share) };
    case 'penalised_ascent':
      return { ...spec, steps: heldAt(spec.steps, share) };
  }
}

/** Whether anything of it changes along a run. */
export function isScheduled(spec: TrainingAttackSpec): boolean {
  return [spec.type === 'penalised_ascent' ? 0 : spec.eps, spec.type === 'fgsm' ? 0 : spec.steps].some(
    (value) => typeof value !== 'number',
  );
}
