import type { EvaluationAttackSpec, TrainingAttackSpec } from '../artifacts/experiment/attacks.js';
import { describeAttack } from '../attacks/describe.js';

/** An attack in words; of one whose fields change along the run its description as it stands. */
export function attackWords(attack: TrainingAttackSpec | null): string {
  if (attack === null) return 'none';
  const changes = Object.values(attack).some((field) => typeof field === 'object' && field !== null);
  return changes ? JSON.stringify(attack) : describeAttack(attack as EvaluationAttackSpec);
}
