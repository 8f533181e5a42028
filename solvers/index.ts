/** Stochastic optimal control by finite differences. Knows nothing of learning rates. */
export type { Answer, Query, SolveOptions } from './answer/answer.js';
export { solve } from './answer/solve.js';
export {
  density,
  finalMoments,
  type DensityOptions,
  type DensityResult,
  type FinalMoments,
  type Start,
} from './density/index.js';
export {
  closedLoopPaths,
  simulateClosedLoop,
  type ClosedLoopPaths,
  type SimulationOptions,
  type SimulationResult,
} from './simulation/index.js';
export {
  costOfControls,
  solveByCharacteristics,
  type CharacteristicsOptions,
  type CharacteristicsSolution,
  type CharacteristicsStatus,
  type ControlBounds,
  type ControlCost,
  type CostateGradients,
  type DeterministicProblem,
  type Vector,
} from './characteristics/index.js';
export {
  solveFinite,
  toGrid,
  type FiniteProblem,
  type FiniteSolution,
  type Outcome,
} from './dynamic-programming/index.js';
export { logGrid, sinhGrid, uniformGrid } from './grid/spacing.js';
export { interpolateSolution, type SolutionPoint } from './march/interpolate.js';
export { solveEnsemble } from './march/ensemble.js';
export type { Scheme } from './discretization/schemes.js';
export type { HjbOptions, Kernel } from './march/options.js';
export type { HjbSolution } from './march/solution.js';
export { solveHjb } from './march/solve.js';
export {
  solveLinearQuadratic,
  type LinearQuadraticOptions,
  type LinearQuadraticPoint,
  type LinearQuadraticProblem,
  type LinearQuadraticSolution,
  type LinearQuadraticStatus,
  type Rows,
} from './linear-quadratic/index.js';
export type { Boundary, ControlAxis, ControlProblem, StateAxis, StateFunction } from './problem/control-problem.js';
