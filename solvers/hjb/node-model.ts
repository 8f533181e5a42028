import { placeOf, positionOf, type Lattice } from '../grid/lattice.js';
import type { ControlProblem } from '../problem/control-problem.js';
import {
  coefficientReader,
  emptyCoefficients,
  type CoefficientReader,
  type PointCoefficients,
} from './coefficients-at.js';
import { evenAxes } from './covariance-spread.js';
import { buildDifferenceTable, type DifferenceTable, type FaceKind } from './difference-table.js';
import { IndexList, NumberList } from './number-list.js';

/** What a march reads of a problem on its lattice, level by level. */
export interface Discretization {
  readonly problem: ControlProblem;
  readonly lattice: Lattice;
  readonly table: DifferenceTable;
  readonly scheme: 'monotone' | 'accurate';
  readonly sign: 1 | -1;
  readonly states: number;
  readonly controls: number;
  readonly scenarios: number;
  /** Work space: the Hamiltonians of all scenarios, and the controls at which their worst may be best. */
  readonly cases: Float64Array;
  readonly candidates: Float64Array;
  readonly even: readonly boolean[];
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
  /** Nodes on a face with a state constraint. */
  readonly isConstrained: Uint8Array;
  /** Whether intervals are still to be compared with the problem: at the first level that is read. */
  checksPolynomials: boolean;
  /** Whether the minimiser is searched. */
  readonly searched: boolean;
}

export function discretize(problem: ControlProblem, lattice: Lattice, scheme: 'monotone' | 'accurate'): Discretization {
  const table = buildDifferenceTable(lattice, { scheme, marches: problem.horizon !== 'infinite' });
  const n = lattice.axes.length;
  const { size } = lattice;
  const positions = Array.from({ length: size }, (_, node) => positionOf(lattice, node));
  const scenarios = problem.scenarios ?? 1;
  const perAxis = <T>(at: (d: number, j: number, node: number) => T): T[] =>
    positions.flatMap((position, node) => position.map((j, d) => at(d, j, node)));
  const beside = (neighbour: number, d: number, j: number, node: number): number =>
    neighbour < 0 ? -1 : node + (neighbour - j) * lattice.strides[d];
  const faces = positions.map((position) => position.map((j, d) => table.faces[d][j]));
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
    even: evenAxes(lattice),
    read: coefficientReader(problem),
    samples: [emptyCoefficients(n), emptyCoefficients(n), emptyCoefficients(n)],
    checksPolynomials: true,
    x: positions.map((position) => position.map((j, d) => lattice.axes[d].grid[j])),
    positions,
    faces,
    neighbours: Int32Array.from(
      perAxis((d, j, node) => [beside(table.low[d][j], d, j, node), beside(table.high[d][j], d, j, node)]).flat(),
    ),
    entryAt: Int32Array.from(perAxis((d, j) => table.entryOf[d][j])),
    upReach: Float64Array.from(perAxis((d, j) => table.upReach[d][j])),
    downReach: Float64Array.from(perAxis((d, j) => table.downReach[d][j])),
    fixedNodes: faces.flatMap((kinds, node) => (kinds.includes('dirichlet') ? [node] : [])),
    linearNodes: faces.flatMap((kinds, node) =>
      kinds.includes('linear') && !kinds.includes('dirichlet') ? [node] : [],
    ),
    isFixed: Uint8Array.from(faces, (kinds) => Number(kinds.includes('dirichlet'))),
    isConstrained: Uint8Array.from(positions, (position) =>
      Number(position.some((j, k) => constraintSide(lattice, k, j) !== 0)),
    ),
    searched: problem.controls.length > 1 || (problem.controls.length === 1 && problem.polynomial === false),
  };
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
 * the same: node i has those from pieceStart[i] to pieceStart[i + 1]; forms has 2 bits per axis.
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
}

export function emptyModel(size: number): NodeModel {
  const list = (): NumberList => new NumberList();
  const indices = (): IndexList => new IndexList();
  return {
    ...{ drift: list(), variance: list(), cost: list(), factor: list() },
    ...{ crossStart: indices(), crossEnd: indices(), crossNodes: indices(), crossWeights: list() },
    ...{ pieceStart: new Int32Array(size + 1), from: list(), to: list(), interval: indices(), forms: indices() },
  };
}

export function placeAt({ lattice }: Discretization, node: number, t: number): string {
  return `${placeOf(lattice, node)}, t = ${t.toPrecision(4)}`;
}
