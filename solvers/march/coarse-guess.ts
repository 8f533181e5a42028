import { HjbLrError } from '../../src/errors.js';
import { buildLattice, stateOf } from '../grid/lattice.js';
import { everySecond } from '../grid/thinned.js';
import type { ControlProblem, StateAxis } from '../problem/control-problem.js';
import { interpolateSolution } from './interpolate.js';
import type { HjbOptions } from './options.js';
import type { HjbSolution } from './solution.js';

/** Nodes of an axis up to which it is not thinned. */
const FEW = 17;

/**
 * Where policy iteration for a stationary equation starts (nested iteration): the value on a grid of half the nodes, found
 * in the same way by the monotone scheme.
 * Without noise what a face or a target costs moves on by one node in an iteration, so that from no guess as many are
 * needed as there are nodes; from the coarser grid, whose policies change at about the same places, few.
 *
 * @param solve - solves the coarser problem
 * @returns null where the grid is small, or the coarser one has no solution
 */
export function coarseGuess(
  problem: ControlProblem,
  options: HjbOptions,
  solve: (problem: ControlProblem, options: HjbOptions) => HjbSolution,
): Float64Array | null {
  const states = problem.states.map(coarser);
  if (states.every((axis, d) => axis === problem.states[d])) return null;
  const coarse = { ...problem, states };
  const solution = solvedOrNull(coarse, { ...options, scheme: 'monotone', keep: [0] }, solve);
  if (solution === null || solution.status === 'non_finite') return null;
  const lattice = buildLattice(problem.states);
  return Float64Array.from(
    { length: lattice.size },
    (_, node) => interpolateSolution(coarse, solution, 0, stateOf(lattice, node)).value!,
  );
}

function coarser(axis: StateAxis): StateAxis {
  return axis.grid.length <= FEW ? axis : { ...axis, grid: everySecond(axis.grid) };
}

/** On fewer nodes a problem may be none that can be solved. */
function solvedOrNull(
  problem: ControlProblem,
  options: HjbOptions,
  solve: (problem: ControlProblem, options: HjbOptions) => HjbSolution,
): HjbSolution | null {
  try {
    return solve(problem, options);
  } catch (error) {
    if (error instanceof HjbLrError && error.code === 'E_INVALID') return null;
    throw error;
  }
}
