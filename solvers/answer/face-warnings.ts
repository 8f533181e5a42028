import { buildLattice } from '../grid/lattice.js';
import type { HjbSolution } from '../hjb/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';

/** What the faces do to the answer that no estimate sees, in words. */
export function faceWarnings(problem: ControlProblem, solution: HjbSolution, tolerance: number): string[] {
  return [...mixedDerivativeWarnings(problem), ...seamWarnings(problem, solution, tolerance)];
}

/** At a `linear` face the equation is without the state's second derivatives, mixed ones included, which need not vanish. */
function mixedDerivativeWarnings(problem: ControlProblem): string[] {
  const { states } = problem;
  return states.flatMap(({ name, boundary }, i) =>
    [0, 1].flatMap((side) => {
      const others = boundary[side] === 'linear' ? correlatedAt(problem, i, side) : [];
      if (others.length === 0) return [];
      const face = `the ${side === 0 ? 'lower' : 'upper'} face of ${name}`;
      return [`the covariance of ${name} with ${others.join(' and ')} is left out at ${face}, which is linear`];
    }),
  );
}

/** Names of the states that a state is correlated with in the middle of one of its faces, under a control in the middle. */
function correlatedAt(problem: ControlProblem, i: number, side: number): string[] {
  const { states, controls, times } = problem;
  const t = times[0] ?? 0;
  const x = states.map(({ grid }, d) => grid[d !== i ? grid.length >> 1 : side === 0 ? 0 : grid.length - 1]);
  const u = controls.map((axis) =>
    'values' in axis ? axis.values[axis.values.length >> 1] : (axis.lower(t, x) + axis.upper(t, x)) / 2,
  );
  const covariance = new Float64Array(states.length ** 2);
  problem.covariance(t, x, u, covariance, 0);
  return states.filter((_, j) => j !== i && covariance[i * states.length + j] !== 0).map(({ name }) => name);
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
    const what = 'so does the drift, the covariance, a cost or a bound there';
    return [`the value differs by ${gap.toPrecision(2)} between the faces of ${name}, which are one point: ${what}`];
  });
}
