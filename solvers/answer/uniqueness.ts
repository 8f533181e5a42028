import { HjbLrError } from '../../src/errors.js';
import type { Scheme } from '../discretization/schemes.js';
import type { Boundary, ControlProblem } from '../problem/control-problem.js';
import { combinations, controlAt } from '../problem/probe.js';
import { withMesh, type TimeMesh } from '../time-mesh/index.js';
import type { SolveOptions } from './answer.js';
import { coarser, wider } from './companions.js';
import { solveFor, type Point } from './solved.js';

/** Growth of the covariance with the state, as a power, beyond which paths may explode; of the drift likewise. */
const COVARIANCE_POWER = 2.1;
const DRIFT_POWER = 1.1;

/** Shares of an axis by which far faces are moved out. */
const WIDENINGS = [0, 0.75, 3];

/** A gap that is no less than this share of itself on the widest domain, and of the value, does not close. */
const CLOSES = 0.5;
const NOTABLE = 0.02;

/** The value at a query under two conditions far out, neither of which the equation rules out. */
export interface TwoValues {
  readonly query: number;
  readonly linear: number;
  readonly zero: number;
}

/**
 * Where coefficients grow so fast that paths may explode, a linear value far out and none can both solve the equation (strict
 * local martingales: Cox & Hobson 2005): the problem with `linear` far faces beside that with V = 0 there, on wider and wider
 * domains of half the nodes.
 *
 * @returns the queries at which the two stay apart
 */
export function valuesApart(
  problem: ControlProblem,
  mesh: TimeMesh,
  options: SolveOptions,
  scheme: Scheme,
): TwoValues[] {
  const far = problem.states.map((_, d) => [0, 1].map((side) => mayExplode(problem, d, side)));
  if (!far.flat().includes(true) || options.query.length === 0) return [];
  const coarse = coarser(problem)?.problem ?? problem;
  const gaps = WIDENINGS.map((share) => {
    const [linear, zero] = (['linear', { dirichlet: () => 0 }] as const).map((face) => {
      const open = withFaces(coarse, far, 'linear');
      const wide = share === 0 ? open : wider(open, share, 'truncated')!;
      return pointsOf(withMesh(withFaces(wide, far, face), mesh, 2), options, scheme);
    });
    return options.query.map((_, i) => ({ linear: linear?.[i]?.value ?? NaN, zero: zero?.[i]?.value ?? NaN }));
  });
  const [first, last] = [gaps[0], gaps[gaps.length - 1]];
  return options.query.flatMap((_, i) => {
    const [before, after] = [first[i], last[i]].map((pair) => Math.abs(pair.linear - pair.zero));
    const isApart = after > CLOSES * before && after > NOTABLE * Math.abs(last[i].linear);
    return isApart ? [{ query: i, ...last[i] }] : [];
  });
}

function pointsOf(problem: ControlProblem, options: SolveOptions, scheme: Scheme): readonly (Point | null)[] | null {
  try {
    const { solution, points } = solveFor(problem, options, scheme, 'query');
    return solution.status === 'converged' ? points : null;
  } catch (error) {
    if (error instanceof HjbLrError && error.code === 'E_INVALID') return null;
    throw error;
  }
}

/** The problem with another condition at its far faces. */
function withFaces(problem: ControlProblem, far: readonly (readonly boolean[])[], face: Boundary): ControlProblem {
  const states = problem.states.map((axis, d) => {
    const [lower, upper] = axis.boundary.map((own, side) => (far[d][side] ? face : own));
    return { ...axis, boundary: [lower, upper] as const };
  });
  return { ...problem, states };
}

/** Whether a face is `linear`, or has no value, where the coefficients of its state grow faster than those of an exponential. */
function mayExplode(problem: ControlProblem, d: number, side: number): boolean {
  const { states, controls, times, drift, covariance } = problem;
  const { grid, boundary } = states[d];
  const [face, other] = [grid[side * (grid.length - 1)], grid[(1 - side) * (grid.length - 1)]];
  if (Math.abs(face) <= Math.abs(other) || !isFar(boundary[side], times[0] ?? 0, states.map(({ grid: g }) => g[g.length >> 1]))) return false; // prettier-ignore
  const n = states.length;
  const t = times[0] ?? 0;
  const [b, S] = [new Float64Array(n), new Float64Array(n * n)];
  const sizes = [face, face / 2].map((at) => {
    const x = states.map(({ grid: g }, k) => (k === d ? at : g[g.length >> 1]));
    let [most, variance] = [0, 0];
    for (const u of combinations(controls.map((axis) => [0, 0.5, 1].map((share) => controlAt(axis, t, x, share))))) {
      drift(t, x, u, b, 0);
      covariance(t, x, u, S, 0);
      most = Math.max(most, Math.sign(face) * b[d]);
      variance = Math.max(variance, S[d * n + d]);
    }
    return { most, variance };
  });
  const power = (large: number, small: number): number => (small > 0 && large > 0 ? Math.log2(large / small) : 0);
  return (
    power(sizes[0].variance, sizes[1].variance) > COVARIANCE_POWER || power(sizes[0].most, sizes[1].most) > DRIFT_POWER
  );
}

function isFar(face: Boundary, t: number, x: readonly number[]): boolean {
  if (face === 'linear') return true;
  return typeof face === 'object' && 'dirichlet' in face && face.dirichlet(t, x) === 0;
}
