import { buildLattice } from '../grid/lattice.js';
import type { HjbSolution } from '../hjb/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';

/**
 * What the faces do to the answer that no estimate sees, in words: mixed derivatives left out, a seam that does not close.
 * @param tolerance - of the solution, relative to its largest value
 */
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

/** The ends and the middle of the range of a control. */
const SHARES = [0, 0.5, 1];

/**
 * Names of the states that a state is correlated with at a node of one of its faces, off their own: at the first time, in
 * every scenario, under controls at the ends and in the middle of their ranges.
 */
function correlatedAt(problem: ControlProblem, i: number, side: number): string[] {
  const { states, times, covariance, scenarios = 1 } = problem;
  const t = times[0] ?? 0;
  const S = new Float64Array(states.length ** 2);
  const correlated = new Set<number>();
  const onFace = states.map(({ grid }, d) => (d === i ? [grid[side * (grid.length - 1)]] : grid.slice(1, -1)));
  for (const x of combinations(onFace)) {
    for (let k = 0; k < SHARES.length * scenarios; k += 1) {
      covariance(t, x, controlsAt(problem, t, x, SHARES[k % SHARES.length]), S, Math.floor(k / SHARES.length));
      states.forEach((_, j) => {
        if (j !== i && S[i * states.length + j] !== 0) correlated.add(j);
      });
    }
    if (correlated.size === states.length - 1) break;
  }
  return states.filter((_, j) => correlated.has(j)).map(({ name }) => name);
}

/** Controls at a share of their ranges. */
function controlsAt({ controls }: ControlProblem, t: number, x: readonly number[], share: number): number[] {
  return controls.map((axis) => {
    if ('values' in axis) return axis.values[Math.round(share * (axis.values.length - 1))];
    return (1 - share) * axis.lower(t, x) + share * axis.upper(t, x);
  });
}

/** One entry of every list, in all ways. */
function* combinations(lists: readonly (readonly number[])[], chosen: readonly number[] = []): Generator<number[]> {
  if (chosen.length === lists.length) yield [...chosen];
  else for (const entry of lists[chosen.length]) yield* combinations(lists, [...chosen, entry]);
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
