import type { ControlProblem } from '../problem/control-problem.js';
import { controlAt } from '../problem/probe.js';
import { smoothValueAt } from './smooth-value.js';
import type { Solved } from './solved.js';

/** Controls that are tried over the range of each. */
const TRIED = 33;

/** How far the error of a gap between Hamiltonians may exceed its change from one grid to the other. */
const SAFETY = 3;

/** V_x and V_xx at a point. */
interface Derivatives {
  readonly first: readonly number[];
  readonly second: Float64Array;
}

/**
 * How far each control at a point may be from the optimum because the Hamiltonian is flat: with
 * g(u) = H(u) - H(u*), H(u) = cost + b . V_x + tr(S V_xx) / 2 in the natural states, a control counts as possible while g(u)
 * is no larger than the error of g, which is told from the solution on half the nodes. On a singular arc and at a switching
 * point every control is; where H is strictly convex only those near u*.
 *
 * @returns the largest distance from u* of a possible control; 0 where none is, or the point is too close to a face
 */
export function controlDoubt(
  fine: Solved,
  half: Solved,
  t: number,
  x: readonly number[],
  best: readonly number[],
): number[] {
  const { problem } = fine;
  const steps = problem.states.map(({ grid }, d) => stepAt(grid, x[d]));
  const [own, coarse] = [fine, half].map((solved) => derivativesAt(solved, t, x, steps));
  if (own === null || coarse === null) return best.map(() => 0);
  const sign = problem.objective === 'minimize' ? 1 : -1;
  return problem.controls.map((axis, j) => {
    const gap = (derivatives: Derivatives, u: number): number => {
      const other = best.map((value, k) => (k === j ? u : value));
      return sign * (hamiltonian(problem, t, x, other, derivatives) - hamiltonian(problem, t, x, best, derivatives));
    };
    let doubt = 0;
    for (let k = 0; k < TRIED; k += 1) {
      const u = controlAt(axis, t, x, k / (TRIED - 1));
      const g = gap(own, u);
      const size = Math.abs(hamiltonian(problem, t, x, best, own)) * Number.EPSILON * 64;
      if (g <= SAFETY * Math.abs(g - gap(coarse, u)) + size) doubt = Math.max(doubt, Math.abs(u - best[j]));
    }
    return doubt;
  });
}

/** Half the cell around a point. */
function stepAt(grid: readonly number[], x: number): number {
  const above = grid.findIndex((node) => node > x);
  const k = above < 0 ? grid.length - 1 : Math.max(above, 1);
  return grid[k] - grid[k - 1];
}

function derivativesAt(solved: Solved, t: number, x: readonly number[], h: readonly number[]): Derivatives | null {
  const { problem, around: solution } = solved;
  const isInside = problem.states.every(
    ({ grid }, d) => x[d] - h[d] >= grid[0] && x[d] + h[d] <= grid[grid.length - 1],
  );
  if (!isInside || solution.value.length === 0) return null;
  const n = x.length;
  const at = (...moves: readonly (readonly [axis: number, sign: number])[]): number => {
    const y = [...x];
    for (const [axis, sign] of moves) y[axis] += sign * h[axis];
    return smoothValueAt(problem, solution, t, y);
  };
  const here = at();
  const second = new Float64Array(n * n);
  for (let a = 0; a < n; a += 1) {
    for (let b = 0; b < n; b += 1) {
      const cross = (): number => (at([a, 1], [b, 1]) - at([a, 1], [b, -1]) - at([a, -1], [b, 1]) + at([a, -1], [b, -1])) / (4 * h[a] * h[b]); // prettier-ignore
      second[a * n + b] = a === b ? (at([a, 1]) - 2 * here + at([a, -1])) / h[a] ** 2 : cross();
    }
  }
  return { first: x.map((_, a) => (at([a, 1]) - at([a, -1])) / (2 * h[a])), second };
}

/** Of an uncertain problem the worst case. */
function hamiltonian(
  problem: ControlProblem,
  t: number,
  x: readonly number[],
  u: readonly number[],
  { first, second }: Derivatives,
): number {
  const n = x.length;
  const [b, S] = [new Float64Array(n), new Float64Array(n * n)];
  const sign = problem.objective === 'minimize' ? 1 : -1;
  let worst = -Infinity;
  for (let scenario = 0; scenario < (problem.scenarios ?? 1); scenario += 1) {
    problem.drift(t, x, u, b, scenario);
    problem.covariance(t, x, u, S, scenario);
    let H = problem.runningCost(t, x, u, scenario);
    for (let a = 0; a < n; a += 1) H += b[a] * first[a];
    for (let k = 0; k < n * n; k += 1) H += (S[k] * second[k]) / 2;
    for (let a = 0; a < n; a += 1) {
      for (let c = 0; c < n; c += 1) H += ((problem.risk ?? 0) / 2) * first[a] * S[a * n + c] * first[c];
    }
    worst = Math.max(worst, sign * H);
  }
  return sign * worst;
}
