/** Linear dynamics and quadratic costs, by the Riccati equation. */
export type { LinearQuadraticOptions } from './options.js';
export type { LinearQuadraticProblem, Rows } from './problem.js';
export { solveLinearQuadratic } from './riccati.js';
export type { LinearQuadraticPoint, LinearQuadraticSolution, LinearQuadraticStatus } from './solution.js';
