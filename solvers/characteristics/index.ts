/** Deterministic problems by characteristics: direct minimisation with adjoint gradients. */
export { costOfControls, type ControlCost } from './cost.js';
export type { CharacteristicsOptions } from './options.js';
export type { ControlBounds, CostateGradients, DeterministicProblem, Vector } from './problem.js';
export { solveByCharacteristics, type CharacteristicsSolution, type CharacteristicsStatus } from './solve.js';
