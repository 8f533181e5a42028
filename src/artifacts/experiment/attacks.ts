import { attackLoss } from '../../losses/schemas.js';

export { attackSchema, evaluationAttackSchema, trainingAttackSchema } from '../../attacks/schemas.js';
export type {
  AttackSpec,
  EvaluationAttackInput,
  EvaluationAttackSpec,
  SingleAttackSpec,
  TrainingAttackInput,
  TrainingAttackSpec,
} from '../../attacks/schemas.js';
export type { AttackLossName } from '../../losses/schemas.js';

/** What an attack raises, where it is not the training loss. */
export const attackLossSchema = attackLoss();
