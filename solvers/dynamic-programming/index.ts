/** Discrete-time dynamic programming by brute force: the independent check of the other solvers. */
export { toGrid } from './interpolation.js';
export { solveFinite, type FiniteProblem, type FiniteSolution, type Outcome } from './solve.js';
