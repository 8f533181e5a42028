/** Stochastic optimal control by finite differences. Knows nothing of learning rates. */
export { logGrid, sinhGrid, uniformGrid } from './grid/spacing.js';
export { interpolateSolution, type SolutionPoint } from './hjb/interpolate.js';
export type { HjbOptions, Scheme } from './hjb/options.js';
export { solveHjb, type HjbSolution } from './hjb/solve.js';
export {
  solveLinearQuadratic,
  type LinearQuadraticProblem,
  type LinearQuadraticSolution,
} from './linear-quadratic/riccati.js';
export type { Boundary, ControlProblem, StateAxis } from './problem/control-problem.js';
