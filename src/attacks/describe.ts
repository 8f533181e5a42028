import { attackNamed } from './index.js';
import type { EvaluationAttackSpec } from './schemas.js';

/** An attack in words, as logs and reports name it. */
export function describeAttack(spec: EvaluationAttackSpec): string {
  if (spec.type === 'best_of') return `the worst case of ${spec.attacks.map(describeAttack).join(' and ')}`;
  if (spec.type === 'strong') return 'strong (PGD-50 with 2 starts, PGD-30 on the margin)';
  return attackNamed(spec.type).describe(spec);
}
