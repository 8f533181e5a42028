import { hasSlopes, type DifferenceInput } from './differences.js';
import { averageOverJumps } from './cell-average.js';
import type { LevelInput } from './sample.js';
import type { Discretization } from './node-model.js';
import { problemFault } from './faults.js';
import type { StateFunction } from '../problem/control-problem.js';
import { withObstacle } from '../problem/with-obstacle.js';

/** Values that are given at a level, never beyond the obstacle: at fixed nodes, NaN elsewhere. */
export function fixedValues(d: Discretization, t: number, out: Float64Array): void {
  for (const node of d.fixedNodes) {
    const value = faceFunction(d, node, d.faces[node].indexOf('dirichlet'))!(t, d.x[node]);
    out[node] = withObstacle(d.problem, t, d.x[node], requireFinite(d, node, t, 'boundary', value));
  }
}

/** The obstacle at every node; null without. */
export function obstacleAt(d: Discretization, t: number, out: Float64Array | null): Float64Array | null {
  const { obstacle } = d.problem;
  if (obstacle === undefined || out === null) return null;
  for (let node = 0; node < out.length; node += 1) {
    out[node] = requireFinite(d, node, t, 'obstacle', obstacle(t, d.x[node]));
  }
  return out;
}

/** The function of the face that a node lies on along axis a, if that face has one. */
function faceFunction(d: Discretization, node: number, a: number): StateFunction | null {
  const { boundary } = d.lattice.axes[a];
  const face = boundary[d.positions[node][a] === 0 ? 0 : 1];
  if (typeof face !== 'object') return null;
  return 'dirichlet' in face ? face.dirichlet : face.slope;
}

/** Slopes at the faces that give one, in the coordinate of their axis (x dV/dx for ln x). */
export function givenSlopes(d: Discretization, t: number, input: DifferenceInput): void {
  if (!hasSlopes(d)) return;
  eachSlope(d, (node, a) => {
    input.slope[node * d.states + a] = requireFinite(d, node, t, 'boundary', slopeAt(d, node, a, t, d.x[node]));
  });
}

function eachSlope(d: Discretization, visit: (node: number, a: number) => void): void {
  for (let node = 0; node < d.lattice.size; node += 1) {
    if (d.isFixed[node] === 1) continue;
    d.faces[node].forEach((kind, a) => {
      if (kind === 'slope') visit(node, a);
    });
  }
}

function slopeAt(d: Discretization, node: number, a: number, t: number, x: readonly number[]): number {
  return faceFunction(d, node, a)!(t, x) * (d.lattice.axes[a].coordinate === 'log' ? x[a] : 1);
}

/**
 * How slopes at faces change along the other axes: given ones by central differences over their neighbours, those of `linear`
 * faces as the level before has them; null where there is none.
 */
function slopeChanges(d: Discretization, t: number, { mixed }: DifferenceInput): Float64Array | null {
  const n = d.states;
  if (n === 1 || !hasSlopes(d)) return mixed?.values ?? null;
  const out = mixed?.values.slice() ?? new Float64Array(d.lattice.size * n * n);
  eachSlope(d, (node, a) => {
    for (let b = 0; b < n; b += 1) {
      const [low, high] = [0, 1].map((side) => d.neighbours[2 * (node * n + b) + side]);
      if (b === a || d.faces[node][b] !== 'inner') continue;
      const rise = slopeAt(d, node, a, t, d.x[high]) - slopeAt(d, node, a, t, d.x[low]);
      out[(node * n + a) * n + b] = rise / spanAt(d, b, d.positions[node][b]);
    }
  });
  return out;
}

/** From the neighbour below to the one above; a periodic axis goes on beyond its ends. */
function spanAt({ lattice }: Discretization, b: number, j: number): number {
  const z = lattice.coordinates[b];
  const last = z.length - 1;
  const below = j > 0 ? z[j] - z[j - 1] : z[last] - z[last - 1];
  return below + (j < last ? z[j + 1] - z[j] : z[1] - z[0]);
}

/** What the model of a level needs. */
export function levelInput(
  d: Discretization,
  t: number,
  input: DifferenceInput,
  gradient: Float64Array | null,
): LevelInput {
  return { t, slopeChange: slopeChanges(d, t, input), gradient };
}

function requireFinite(d: Discretization, node: number, t: number, path: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw problemFault(d, node, t, path, `not finite (${value})`);
}

/** V at the horizon: the terminal cost, averaged over a cell where it jumps, what fixed nodes say, and never beyond the obstacle. */
export function terminalValue(d: Discretization, t: number): Float64Array {
  const V = Float64Array.from({ length: d.lattice.size }, (_, node) =>
    requireFinite(d, node, t, 'terminal_cost', d.problem.terminalCost(d.x[node])),
  );
  averageOverJumps(d.lattice, V, d.problem.terminalCost);
  fixedValues(d, t, V);
  const obstacle = obstacleAt(d, t, new Float64Array(V.length));
  const better = d.sign === 1 ? Math.min : Math.max;
  return obstacle === null ? V : V.map((value, i) => better(value, obstacle[i]));
}
