import { buildLattice } from '../grid/lattice.js';
import type { HjbSolution } from '../march/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { correlatedAtFace } from '../problem/probe.js';

/**
 * What the faces do to the answer that no estimate sees, in words: mixed derivatives left out, a seam that does not close.
 * @param tolerance - of the solution, relative to its largest value
 */
export function faceWarnings(problem: ControlProblem, solution: HjbSolution, tolerance: number): string[] {
  return [...mixedDerivativeWarnings(problem), ...seamWarnings(problem, solution, tolerance)];
}

/**
 * At a `linear` face the equation is without the state's second derivatives. The mixed ones, which need not vanish, come from
 * the level before, of which an infinite horizon has none.
 */
function mixedDerivativeWarnings(problem: ControlProblem): string[] {
  const { states, horizon } = problem;
  if (horizon !== 'infinite') return [];
  return states.flatMap(({ name, boundary }, i) =>
    [0, 1].flatMap((side) => {
      const others = boundary[side] === 'linear' ? correlatedAt(problem, i, side) : [];
      if (others.length === 0) return [];
      const face = `the ${side === 0 ? 'lower' : 'upper'} face of ${name}`;
      return [`the covariance of ${name} with ${others.join(' and ')} is left out at ${face}, which is linear`];
    }),
  );
}

/** Names of the states that a state is correlated with at a node of one of its faces, off their own. */
function correlatedAt(problem: ControlProblem, i: number, side: number): string[] {
  const correlated = correlatedAtFace(problem, i, side);
  return problem.states.filter((_, j) => correlated.has(j)).map(({ name }) => name);
}

/** Differences at the seam of a periodic axis, relative to the largest value, that are not those of the iteration. */
const SEAM = 1e-6;

/** The faces of a periodic axis are one point, at which the problem must say one thing. */
function seamWarnings({ states }: ControlProblem, { value }: HjbSolution, tolerance: number): string[] {
  if (value.length === 0) return [];
  const { strides, shape } = buildLattice(states);
  const [first] = value;
  const scale = first.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return states.flatMap(({ name, boundary }, d) => {
    if (boundary[0] !== 'periodic') return [];
    const across = (shape[d] - 1) * strides[d];
    const gap = first.reduce((most, v, node) => {
      const isLower = Math.floor(node / strides[d]) % shape[d] === 0;
      return isLower ? Math.max(most, Math.abs(first[node + across] - v)) : most;
    }, 0);
    if (!(gap > Math.max(SEAM, 10 * tolerance) * scale)) return [];
    const remedy = 'make drift, covariance, costs and bounds the same at both';
    return [`the value differs by ${gap.toPrecision(2)} between the faces of ${name}, which are one point: ${remedy}`];
  });
}
