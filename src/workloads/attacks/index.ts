/** The attacks, where code that trains has always found them. */
export { attackControls, attackUnder, ballOf, type AttackControl } from '../../attacks/controls.js';
export { attackAt, createAttack } from '../../attacks/create-attack.js';
export { describeAttack } from '../../attacks/describe.js';
export { evaluationAttacks, evaluationCost, scoringAttack, type EvaluationAttack } from '../../attacks/evaluation.js';
