import { attackNamed } from './index.js';
import type { EvaluationAttackSpec } from './schemas.js';

/** An attack in words, as logs and reports name it. */
export function describeAttack(spec: EvaluationAttackSpec): string {
  if (spec.type === 'best_of') return `the worst case of ${spec.attacks.map(describeAttack).join(' and ')}`;
  return attackNamed(spec.type).describe(spec);
}
