/** Stochastic optimal control by finite differences. Knows nothing of learning rates. */
export { logGrid, sinhGrid, uniformGrid } from './grid/spacing.js';
export { solveHjb, type HjbOptions, type HjbSolution } from './hjb/solve.js';
export type { Boundary, ControlProblem, StateAxis } from './problem/control-problem.js';
