import { solveSystem, type LinearWorkspace } from '../linear-system/solve.js';
import { residuals, type LinearSystem } from '../linear-system/system.js';

/** Largest missing part of a row, relative to the largest, at which the iteration ends. */
const ROW_TOLERANCE = 1e-13;

/** Missing parts of all rows together, relative to the mass: what a step may lose. */
const MASS_TOLERANCE = 1e-14;

const MOST_ITERATIONS = 300;
const MOST_ROUNDS = 6;
const MOST_SWEEPS = 20;
const EPSILON = Number.EPSILON;

/**
 * Solves the transposed rows for y >= 0. One line: elimination, exact. Several: BiCGSTAB, whose result may be negative by
 * its tolerance: negative entries start again from 0, and sweeps of line Gauss-Seidel follow, which keep the sign (all
 * shares and right sides are >= 0) and end it with the rows together within rounding.
 *
 * @param y - the first guess; receives the solution
 * @returns whether the rows hold
 */
export function solveForward(system: LinearSystem, y: Float64Array, work: LinearWorkspace): boolean {
  const iterate = { tolerance: ROW_TOLERANCE, maximumIterations: MOST_ITERATIONS };
  // Without iterations the solver is one sweep of all lines forth and back.
  const sweep = { tolerance: ROW_TOLERANCE, maximumIterations: 0 };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    solveSystem(system, y, work, iterate);
    if (y.every((value) => value >= 0) && isBalanced(system, y, work)) return true;
    for (let i = 0; i < y.length; i += 1) if (!(y[i] >= 0)) y[i] = 0;
    for (let count = 0; count < MOST_SWEEPS; count += 1) {
      solveSystem(system, y, work, sweep);
      if (isBalanced(system, y, work)) return true;
    }
  }
  return false;
}

/** sum |missing| <= tolerance of the mass, or of what rounding leaves of y. */
function isBalanced(system: LinearSystem, y: Float64Array, work: LinearWorkspace): boolean {
  residuals(system, system.right, y, work.residual);
  let missing = 0;
  let given = 0;
  let held = 0;
  for (let i = 0; i < y.length; i += 1) {
    missing += Math.abs(work.residual[i]);
    given += system.right[i];
    held += y[i];
  }
  return missing <= Math.max(MASS_TOLERANCE * given, EPSILON * held);
}
