import { placeOf, positionOf, type Lattice } from '../grid/lattice.js';
import type { FaceKind } from '../grid/face-kind.js';
import type { ControlProblem } from '../problem/control-problem.js';
import {
  coefficientReader,
  emptyCoefficients,
  type CoefficientReader,
  type PointCoefficients,
} from './coefficients-at.js';
import { evenAxes, type SpreadCache } from '../covariance/covariance-spread.js';
import { buildDifferenceTable, type DifferenceTable } from './difference-table.js';
import { exactControls, type ExactControls } from './exact-controls.js';
import { IndexList, NumberList } from './number-list.js';
import type { Scheme } from './schemes.js';

/** What a march reads of a problem on its lattice, level by level. */
export interface Discretization {
  readonly problem: ControlProblem;
  readonly lattice: Lattice;
  readonly table: DifferenceTable;
  readonly scheme: Scheme;
  readonly sign: 1 | -1;
  readonly states: number;
  readonly controls: number;
  readonly scenarios: number;
  /** Work space: the Hamiltonians of all scenarios, and the controls at which their worst may be best. */
  readonly cases: Float64Array;
  readonly candidates: Float64Array;
  readonly even: readonly boolean[];
  /** Null where coefficients are read once, or the controls are not searched on even spacings. */
  readonly spreads: SpreadCache | null;
  readonly read: CoefficientReader;
  /** Work space for the coefficients under up to three controls. */
  readonly samples: readonly [PointCoefficients, PointCoefficients, PointCoefficients];
  /** States, positions and kinds of every node. */
  readonly x: readonly (readonly number[])[];
  readonly positions: readonly (readonly number[])[];
  readonly faces: readonly (readonly FaceKind[])[];
  /** Neighbours below and above along each axis, 2 per axis and node; -1 where there is none. */
  readonly neighbours: Int32Array;
  /** Entry of the difference table, per node and axis. */
  readonly entryAt: Int32Array;
  /** Reaches of central differences, per node and axis. */
  readonly upReach: Float64Array;
  readonly downReach: Float64Array;
  /** Nodes with a given value. */
  readonly isFixed: Uint8Array;
  readonly fixedNodes: readonly number[];
  /** Nodes on a `linear` face without a given value. */
  readonly linearNodes: readonly number[];
  /** Nodes on a face that lets V go on along a slope, `linear` or `slope`, without a given value. */
  readonly openNodes: readonly number[];
  /** Nodes on a face with a state constraint. */
  readonly isConstrained: Uint8Array;
  /** Whether intervals are still to be compared with the problem: at the first level that is read. */
  checksPolynomials: boolean;
  /** Whether the minimiser is searched. */
  readonly searched: boolean;
  /** Of the exact minimiser; null where controls can only be searched. */
  readonly exact: ExactControls | null;
}

export function discretize(problem: ControlProblem, lattice: Lattice, scheme: Scheme): Discretization {
  const table = buildDifferenceTable(lattice, { scheme, marches: takesSlopes(problem) });
  const n = lattice.axes.length;
  const { size } = lattice;
  const positions = Array.from({ length: size }, (_, node) => positionOf(lattice, node));
  const scenarios = problem.scenarios ?? 1;
  // Filled in place: lists of what every node has along every axis would take more than all that is kept.
  const perAxis = <Data extends Float64Array | Int32Array>(data: Data, at: (d: number, j: number) => number): Data => {
    positions.forEach((position, node) => position.forEach((j, d) => (data[node * n + d] = at(d, j))));
    return data;
  };
  const faces = faceKinds(table, positions);
  const even = evenAxes(lattice);
  const searched = isSearched(problem);
  return {
    problem,
    lattice,
    table,
    scheme,
    sign: problem.objective === 'minimize' ? 1 : -1,
    states: n,
    controls: problem.controls.length,
    scenarios,
    cases: new Float64Array(3 * scenarios),
    candidates: new Float64Array(2 + scenarios * scenarios),
    exact: exactControls(problem.controls),
    ...{ even, searched, spreads: n > 1 && readsAgain(problem) && (searched || even.includes(false)) ? [] : null },
    read: coefficientReader(problem),
    samples: [emptyCoefficients(n), emptyCoefficients(n), emptyCoefficients(n)],
    checksPolynomials: true,
    x: positions.map((position) => position.map((j, d) => lattice.axes[d].grid[j])),
    positions,
    faces,
    neighbours: neighboursOf(lattice, table, positions),
    entryAt: perAxis(new Int32Array(size * n), (d, j) => table.entryOf[d][j]),
    upReach: perAxis(new Float64Array(size * n), (d, j) => table.upReach[d][j]),
    downReach: perAxis(new Float64Array(size * n), (d, j) => table.downReach[d][j]),
    fixedNodes: faces.flatMap((kinds, node) => (kinds.includes('dirichlet') ? [node] : [])),
    linearNodes: faces.flatMap((kinds, node) =>
      kinds.includes('linear') && !kinds.includes('dirichlet') ? [node] : [],
    ),
    openNodes: faces.flatMap((kinds, node) =>
      (kinds.includes('linear') || kinds.includes('slope')) && !kinds.includes('dirichlet') ? [node] : [],
    ),
    isFixed: Uint8Array.from(faces, (kinds) => Number(kinds.includes('dirichlet'))),
    isConstrained: Uint8Array.from(positions, (position) =>
      Number(position.some((j, k) => constraintSide(lattice, k, j) !== 0)),
    ),
  };
}

/**
 * Whether drift that leaves through a `linear` face takes a slope that is known, from the level before or from the iteration
 * before: always in time, and over an infinite horizon where stopping compares rows, which asks for those of an M-matrix.
 */
export function takesSlopes({ horizon, states, obstacle }: ControlProblem): boolean {
  return horizon !== 'infinite' || (states.length === 1 && obstacle !== undefined);
}

export function isSearched({ controls, polynomial }: ControlProblem): boolean {
  return controls.length > 0 && (polynomial === false || exactControls(controls) === null);
}

/** Whether the coefficients at a node are read more than once. */
export function readsAgain(problem: ControlProblem): boolean {
  return isSearched(problem) || problem.timeDependent !== false || problem.risk !== undefined;
}

/** Kinds of every node along each axis; nodes of the same kinds share a list. */
function faceKinds({ faces }: DifferenceTable, positions: readonly (readonly number[])[]): (readonly FaceKind[])[] {
  const lists = new Map<string, readonly FaceKind[]>();
  return positions.map((position) => {
    const kinds = position.map((j, d) => faces[d][j]);
    const key = kinds.join();
    if (!lists.has(key)) lists.set(key, kinds);
    return lists.get(key)!;
  });
}

/** Neighbours below and above along each axis, -1 where there is none. */
function neighboursOf(
  { axes, strides }: Lattice,
  { low, high }: DifferenceTable,
  positions: readonly (readonly number[])[],
): Int32Array {
  const neighbours = new Int32Array(2 * positions.length * axes.length);
  let k = 0;
  positions.forEach((position, node) => {
    position.forEach((j, d) => {
      for (const at of [low[d][j], high[d][j]]) neighbours[k++] = at < 0 ? -1 : node + (at - j) * strides[d];
    });
  });
  return neighbours;
}

/** 1 at an upper face with a state constraint, -1 at a lower one, 0 elsewhere. */
export function constraintSide({ axes, shape }: Lattice, axis: number, j: number): number {
  const { boundary } = axes[axis];
  if (j === 0 && boundary[0] === 'state_constraint') return -1;
  return j === shape[axis] - 1 && boundary[1] === 'state_constraint' ? 1 : 0;
}

/**
 * The coefficients of all nodes at one time level. Of interval q (scenario s of control interval i is i * scenarios + s),
 * polynomials in the control: drift and free variance (3 per axis), cost, and the factor of its cross legs, which are
 * crossNodes and crossWeights from crossStart[q] to crossEnd[q]. Pieces of intervals on which the form of every axis is
 * the same: node i has those from pieceStart[i] to pieceStart[i + 1]; forms has 2 bits per axis. Beside an interval each piece
 * belongs to one value of the finite control, of which `choice` is the number.
 */
export interface NodeModel {
  readonly drift: NumberList;
  readonly variance: NumberList;
  readonly cost: NumberList;
  readonly factor: NumberList;
  readonly crossStart: IndexList;
  readonly crossEnd: IndexList;
  readonly crossNodes: IndexList;
  readonly crossWeights: NumberList;
  readonly pieceStart: Int32Array;
  readonly from: NumberList;
  readonly to: NumberList;
  readonly interval: IndexList;
  readonly forms: IndexList;
  readonly choice: IndexList;
}

/** With room for one interval of every node and two pieces of it: lists that double take twice as much. */
export function emptyModel({ lattice: { size }, states, scenarios }: Discretization): NodeModel {
  const intervals = size * scenarios;
  const perAxis = (): NumberList => new NumberList(3 * intervals * states);
  const perInterval = (): NumberList => new NumberList(3 * intervals);
  const indices = (length: number): IndexList => new IndexList(length);
  return {
    ...{ drift: perAxis(), variance: perAxis(), cost: perInterval(), factor: perInterval() },
    ...{ crossStart: indices(intervals), crossEnd: indices(intervals) },
    ...{ crossNodes: new IndexList(), crossWeights: new NumberList() },
    ...{ pieceStart: new Int32Array(size + 1), from: new NumberList(2 * size), to: new NumberList(2 * size) },
    ...{ interval: indices(2 * size), forms: indices(2 * intervals) },
    choice: indices(2 * size),
  };
}

/** A node and a time in words; over an infinite horizon there is no time. */
export function placeAt({ lattice, problem }: Discretization, node: number, t: number): string {
  const place = placeOf(lattice, node);
  return problem.horizon === 'infinite' ? place : `${place}, t = ${t.toPrecision(4)}`;
}
