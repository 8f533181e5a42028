import { combinations, controlAt, correlatedAtFace } from '../problem/probe.js';
import type { ControlProblem } from '../problem/control-problem.js';
import type { Discretization } from './node-model.js';

/** L of the differences, L^2 = REACH variance dt: then dt |S_ab| / (L_a L_b) <= 1/8, which the level before can carry. */
const REACH = 8;

/** Nodes by which the differences of V_ab at `linear` faces reach along each axis: reach[node * states + a]. */
export type LineReach = Int32Array;

/**
 * Whether noise is correlated with that across a `linear` face, and there is a level before that tells V_ab there. With
 * V_aa = 0 and V_ab != 0 the equation along the face is not elliptic: V_ab enters as a cost, taken over distances at which an
 * explicit term is stable. Exact where V is bilinear.
 *
 * @returns null where there is nothing to be told
 */
export function lineReach(d: Discretization): LineReach | null {
  const { problem, states: n } = d;
  if (n === 1 || problem.horizon === 'infinite' || !isMixed(problem)) return null;
  const { times } = problem;
  const longest = times.slice(1).reduce((most, t, k) => Math.max(most, t - times[k]), 0);
  const reach = new Int32Array(d.lattice.size * n);
  for (const node of d.linearNodes) {
    variancesAt(d, node).forEach((variance, a) => {
      reach[node * n + a] = nodesWithin(d, node, a, Math.sqrt(REACH * variance * longest));
    });
  }
  return reach;
}

function isMixed(problem: ControlProblem): boolean {
  return problem.states.some(({ boundary }, i) =>
    boundary.some((face, side) => face === 'linear' && correlatedAtFace(problem, i, side).size > 0),
  );
}

/** The largest of each axis over a few controls, at both ends of time, in the coordinates. */
function variancesAt({ problem, x, states: n, scenarios }: Discretization, node: number): number[] {
  const S = new Float64Array(n * n);
  const most = x[node].map(() => 0);
  for (const t of [problem.times[0], problem.times[problem.times.length - 1]]) {
    const shares = problem.controls.map((axis) => [0, 0.5, 1].map((share) => controlAt(axis, t, x[node], share)));
    for (const u of combinations(shares)) {
      for (let s = 0; s < scenarios; s += 1) {
        problem.covariance(t, x[node], u, S, s);
        for (let a = 0; a < n; a += 1) {
          const unit = problem.states[a].coordinate === 'log' ? x[node][a] : 1;
          most[a] = Math.max(most[a], S[a * (n + 1)] / (unit * unit));
        }
      }
    }
  }
  return most;
}

/** Nodes from a node inwards, or from the middle of an axis, that it takes to go so far; at least one. */
function nodesWithin({ lattice, positions }: Discretization, node: number, a: number, distance: number): number {
  const z = lattice.coordinates[a];
  const j = positions[node][a];
  const inwards = j > (z.length - 1) / 2 ? -1 : 1;
  let count = 1;
  const isInside = (k: number): boolean => k >= 0 && k < z.length;
  while (isInside(j + inwards * (count + 1)) && Math.abs(z[j + inwards * count] - z[j]) < distance) count += 1;
  return count;
}

/**
 * V_ab of every `linear` node from the values of a level, in the coordinates, into out[(node * states + a) * states + b] with
 * a the axis of the face: how the slope across the face changes along it. Where two such faces meet it is counted once; at a
 * reflecting face it is 0.
 */
export function mixedOnLines(d: Discretization, reach: LineReach, V: Float64Array, out: Float64Array): void {
  const n = d.states;
  for (const node of d.linearNodes) {
    d.faces[node].forEach((kind, a) => {
      if (kind !== 'linear') return;
      for (let b = 0; b < n; b += 1) {
        const other = d.faces[node][b];
        if (b !== a && other !== 'reflecting' && !(other === 'linear' && b < a)) {
          out[(node * n + a) * n + b] = mixedAt(d, reach, V, node, a, b);
        }
      }
    });
  }
}

function mixedAt(d: Discretization, reach: LineReach, V: Float64Array, node: number, a: number, b: number): number {
  const { lattice, positions } = d;
  const z = lattice.coordinates[b];
  const j = positions[node][b];
  const steps = reach[node * d.states + b];
  // Not from the end of the face itself: what would raise its value there must not come from that value.
  const middle = Math.min(Math.max(j, 2 * steps), z.length - 1 - 2 * steps);
  const [low, high] = [Math.max(middle - steps, 0), Math.min(middle + steps, z.length - 1)];
  const across = reach[node * d.states + a];
  const slope = (k: number): number => slopeAt(d, V, node + (k - j) * lattice.strides[b], a, across);
  return (slope(high) - slope(low)) / (z[high] - z[low]);
}

/** Across the face, over nodes that lie inwards, in the coordinate at the face. */
function slopeAt(
  { lattice, positions }: Discretization,
  V: Float64Array,
  node: number,
  a: number,
  across: number,
): number {
  const { grid, coordinate } = lattice.axes[a];
  const j = positions[node][a];
  const inwards = j === 0 ? 1 : -1;
  const far = Math.min(2 * across, grid.length - 1);
  const [first, last] = [j + inwards * (far - across), j + inwards * far];
  const at = (k: number): number => V[node + (k - j) * lattice.strides[a]];
  const slope = (at(last) - at(first)) / (grid[last] - grid[first]);
  return coordinate === 'log' ? slope * grid[j] : slope;
}
