import { wrapped, type Lattice } from '../grid/lattice.js';
import type { Boundary } from '../problem/control-problem.js';

/** How first and second differences are taken along an axis at a node. */
export const CENTRAL = 0;
export const UP = 1;
export const DOWN = 2;

/** The form that holds under a drift and a variance, given the reaches of central differences. */
export function formUnder(drift: number, variance: number, upReach: number, downReach: number): number {
  if (drift > 0) return variance >= drift * upReach ? CENTRAL : UP;
  return drift < 0 && !(variance >= -drift * downReach) ? DOWN : CENTRAL;
}

/** Numbers of the table for each node of an axis and each of the three forms. */
export const FORM_SIZE = 8;
export const ENTRY_SIZE = 3 * FORM_SIZE;

export type FaceKind = 'inner' | 'natural' | 'reflecting' | 'linear' | 'dirichlet' | 'slope';

/**
 * Differences along every axis. At a node, in the form r, with V- and V+ the neighbours,
 *   V_z  = a- (V- - V) + a+ (V+ - V) + c m + g' slope,      V_zz / 2 = b- (V- - V) + b+ (V+ - V) + d m + e slope,
 * where m is the limited second difference that the accurate scheme takes from the levels before (0 in the monotone one)
 * and `slope` is what a face with a given slope says, or where V is linear and drift points outward, its slope at the level
 * before (over an infinite horizon there is none: the difference itself). The eight numbers a-, a+, b-, b+, c, d, g', e of form r of the
 * node at position j of axis d start at `entries[entryOf[d][j] + r * FORM_SIZE]`.
 */
export interface DifferenceTable {
  readonly entries: Float64Array;
  /** By axis and position: where the node's entry starts. */
  readonly entryOf: readonly Int32Array[];
  /** By axis and position: the neighbours' positions, -1 where there is none. */
  readonly low: readonly Int32Array[];
  readonly high: readonly Int32Array[];
  /** Central differences hold up to |drift| * reach <= variance, upwards and downwards; Infinity: they never do. */
  readonly upReach: readonly Float64Array[];
  readonly downReach: readonly Float64Array[];
  readonly faces: readonly (readonly FaceKind[])[];
}

type Form = readonly [number, number, number, number, number, number, number, number];

interface PointForms {
  readonly forms: readonly [Form, Form, Form];
  readonly upReach: number;
  readonly downReach: number;
}

/** What the forms depend on beside the place of a node. */
interface FormOptions {
  readonly scheme: 'monotone' | 'accurate';
  /** Whether there is a level before, whose slope at a `linear` face can be taken. */
  readonly marches: boolean;
}

export function buildDifferenceTable(lattice: Lattice, options: FormOptions): DifferenceTable {
  const { axes, shape } = lattice;
  const perAxis = (): Float64Array[] => shape.map((length) => new Float64Array(length));
  const [upReach, downReach] = [perAxis(), perAxis()];
  const entryOf = shape.map((length) => new Int32Array(length));
  const entries = new Float64Array(ENTRY_SIZE * shape.reduce((sum, length) => sum + length, 0));
  let start = 0;
  shape.forEach((length, d) => {
    for (let j = 0; j < length; j += 1, start += ENTRY_SIZE) {
      const point = pointForms(lattice, d, j, options);
      point.forms.forEach((form, r) => entries.set(form, start + r * FORM_SIZE));
      entryOf[d][j] = start;
      upReach[d][j] = point.upReach;
      downReach[d][j] = point.downReach;
    }
  });
  const neighbour = (d: number, j: number, offset: number): number => {
    const n = lattice.shape[d];
    if (axes[d].boundary[0] === 'periodic') return wrapped(j + offset, n);
    return j + offset < 0 || j + offset > n - 1 ? -1 : j + offset;
  };
  const neighbours = (offset: number): Int32Array[] =>
    shape.map((n, d) => Int32Array.from({ length: n }, (_, j) => neighbour(d, j, offset)));
  return {
    ...{ entries, entryOf, upReach, downReach },
    low: neighbours(-1),
    high: neighbours(1),
    faces: axes.map((axis, d) => Array.from(axis.grid, (_, j) => faceKind(lattice, d, j))),
  };
}

function faceKind({ axes, shape }: Lattice, d: number, j: number): FaceKind {
  const { boundary } = axes[d];
  if (j > 0 && j < shape[d] - 1) return 'inner';
  return kindOf(boundary[j === 0 ? 0 : 1]);
}

function kindOf(boundary: Boundary): FaceKind {
  if (typeof boundary === 'object') return 'dirichlet' in boundary ? 'dirichlet' : 'slope';
  if (boundary === 'periodic') return 'inner';
  return boundary === 'state_constraint' ? 'natural' : boundary;
}

const NONE: Form = [0, 0, 0, 0, 0, 0, 0, 0];

function pointForms(lattice: Lattice, d: number, j: number, options: FormOptions): PointForms {
  const kind = faceKind(lattice, d, j);
  const z = lattice.coordinates[d];
  const n = z.length;
  if (kind === 'inner') {
    const below = j > 0 ? z[j] - z[j - 1] : z[n - 1] - z[n - 2];
    const above = j < n - 1 ? z[j + 1] - z[j] : z[1] - z[0];
    return innerForms(below, above, options.scheme);
  }
  const side = j === 0 ? 1 : -1;
  const distance = side * (z[j + side] - z[j]);
  return faceForms(kind, side, distance, straightDistance(lattice, d, j), options);
}

/** From a face to its neighbour in the state itself, in the unit of the coordinate at the face: V_z = (V+ - V) / it. */
export function straightDistance({ axes }: Lattice, d: number, j: number): number {
  const { grid, coordinate } = axes[d];
  const distance = j === 0 ? grid[1] - grid[0] : grid[j] - grid[j - 1];
  return coordinate === 'log' ? distance / grid[j] : distance;
}

/**
 * Central: V_z = (h- D+ + h+ D-) / (h- + h+), V_zz = 2 (D+ - D-) / (h- + h+). Monotone: one-sided V_z. Accurate, beyond
 * the reach of central differences: one-sided V_z without its leading error, D+ - h+ m / 2, and m for V_zz.
 */
function innerForms(below: number, above: number, scheme: 'monotone' | 'accurate'): PointForms {
  const both = below + above;
  const second = [1 / (below * both), 1 / (above * both)] as const;
  const central: Form = [-above / (below * both), below / (above * both), ...second, 0, 0, 0, 0];
  if (scheme === 'monotone') {
    const up: Form = [0, 1 / above, ...second, 0, 0, 0, 0];
    const down: Form = [-1 / below, 0, ...second, 0, 0, 0, 0];
    return { forms: [central, up, down], upReach: Infinity, downReach: Infinity };
  }
  const up: Form = [0, 1 / above, 0, 0, -above / 2, 0.5, 0, 0];
  const down: Form = [-1 / below, 0, 0, 0, below / 2, 0.5, 0, 0];
  return { forms: [central, up, down], upReach: above, downReach: below };
}

/** @param side - 1 at the lower face, whose only neighbour is above; -1 at the upper one */
function faceForms(
  kind: Exclude<FaceKind, 'inner'>,
  side: 1 | -1,
  h: number,
  straight: number,
  { scheme, marches }: FormOptions,
): PointForms {
  const toNeighbour = (first: number, second: number, rest: readonly [number, number, number, number]): Form =>
    side === 1 ? [0, first, 0, second, ...rest] : [-first, 0, second, 0, ...rest];
  const facing = (inward: Form, outward: Form, central: Form): PointForms['forms'] =>
    side === 1 ? [central, inward, outward] : [central, outward, inward];
  const never = { upReach: Infinity, downReach: Infinity };
  switch (kind) {
    case 'dirichlet':
      return { forms: [NONE, NONE, NONE], ...never };
    case 'linear': {
      const inward = toNeighbour(1 / straight, 0, [0, 0, 0, 0]);
      // Implicit, the weight of outward drift would be negative and the diagonal could vanish.
      const outward: Form = marches ? [0, 0, 0, 0, 0, 0, 1, 0] : inward;
      return { forms: facing(inward, outward, inward), ...never };
    }
    case 'slope': {
      const given = toNeighbour(0, 1 / (h * h), [0, 0, 1, -side / h]);
      return { forms: [given, given, given], ...never };
    }
    case 'natural': {
      const inward = toNeighbour(1 / h, 0, [scheme === 'accurate' ? (-side * h) / 2 : 0, 0, 0, 0]);
      return { forms: facing(inward, NONE, NONE), ...never };
    }
    case 'reflecting': {
      const still = toNeighbour(0, 1 / (h * h), [0, 0, 0, 0]);
      if (scheme === 'monotone') {
        return { forms: facing(toNeighbour(1 / h, 1 / (h * h), [0, 0, 0, 0]), still, still), ...never };
      }
      // Zero derivative at the face: drift counts only where it outweighs the diffusion, h |drift| > variance.
      const carried = toNeighbour(1 / h, 0, [0, 0, 0, 0]);
      return { forms: facing(carried, still, still), upReach: h, downReach: h };
    }
  }
}
