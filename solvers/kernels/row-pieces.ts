import { positionOf } from '../grid/lattice.js';
import { FORM_SIZE } from '../discretization/difference-table.js';
import type { DifferenceInput } from '../discretization/differences.js';
import type { Discretization, NodeModel } from '../discretization/node-model.js';

/**
 * What the kernels read: the row of the implicit system at a node as polynomials in the control, on each of its pieces,
 *   given(v) + sum over the axes of low(v) (V- - V) + high(v) (V+ - V) + factor(v) (what the cross legs say),
 * v the control less the lower end of the piece. A problem that is maximized is the minimization of -V: its given part
 * changes sign.
 *
 * Of piece p, from `data[stride p]` on: its lower end and its width; the three coefficients of given; for each axis low0,
 * high0, low1, high1, low2, high2, the two weights side by side; and with cross legs those of the factor. The pieces of node
 * i, at least one, are those from start[i] to start[i + 1]; a node with a given value has one without weights.
 */
export interface RowPieces {
  readonly states: number;
  /** Where its arrays lie: a kernel may have memory of its own. */
  readonly memory: ArrayMemory;
  readonly start: Int32Array;
  /** The model's piece from which each is made, -1 at a node with a given value. */
  source: Int32Array;
  data: Float64Array;
  count: number;
  stride: number;
  /** Count the changes: of the weights, and of the given parts. */
  weightsVersion: number;
  givenVersion: number;
  /** Cross legs of piece p: the model's lists from crossStart[p] to crossEnd[p]. */
  hasCross: boolean;
  crossStart: Int32Array;
  crossEnd: Int32Array;
  crossNodes: Int32Array;
  crossWeights: Float64Array;
  /**
   * Of piece p and axis a, number states p + a: half the sum of weight times steps^2 over its cross legs, which is what
   * they add to the weight of either neighbour where second differences along the axes stand for them.
   */
  crossAxes: Float64Array;
}

/** Makes arrays of zeros. */
export interface ArrayMemory {
  numbers(length: number): Float64Array;
  indices(length: number): Int32Array;
}

export const JAVASCRIPT_MEMORY: ArrayMemory = {
  numbers: (length) => new Float64Array(length),
  indices: (length) => new Int32Array(length),
};

/** Places in a piece. */
export const FROM = 0;
export const WIDTH = 1;
export const GIVEN = 2;
export const WEIGHTS = 5;

export function emptyRows({ states, lattice }: Discretization, memory: ArrayMemory): RowPieces {
  const { numbers, indices } = memory;
  return {
    states,
    memory,
    start: indices(lattice.size + 1),
    source: new Int32Array(0),
    data: numbers(0),
    count: 0,
    stride: 0,
    weightsVersion: 0,
    givenVersion: 0,
    hasCross: false,
    crossStart: indices(0),
    crossEnd: indices(0),
    crossNodes: indices(0),
    crossWeights: numbers(0),
    crossAxes: numbers(0),
  };
}

/** An array of at least `length`: the one that is there, or a larger one. */
function atLeast<Data extends Float64Array | Int32Array>(data: Data, length: number, make: (n: number) => Data): Data {
  return data.length >= length ? data : make(Math.ceil(data.length === 0 ? length : 1.5 * length));
}

/** Packs the model of a level, whose problem has one scenario; the given part follows by `packGiven`. */
export function packRows(d: Discretization, model: NodeModel, rows: RowPieces): void {
  const { size } = d.lattice;
  rows.weightsVersion += 1;
  rows.count = model.from.length + d.fixedNodes.length;
  rows.hasCross = model.crossNodes.length > 0;
  rows.stride = WEIGHTS + 6 * d.states + (rows.hasCross ? 3 : 0);
  rows.source = atLeast(rows.source, rows.count, (n) => new Int32Array(n));
  rows.data = atLeast(rows.data, rows.count * rows.stride, rows.memory.numbers);
  let count = 0;
  for (let node = 0; node < size; node += 1) {
    rows.start[node] = count;
    if (d.isFixed[node] === 1) packFixed(rows, count++);
    else for (let p = model.pieceStart[node]; p < model.pieceStart[node + 1]; p += 1) rows.source[count++] = p;
  }
  rows.start[size] = count;
  for (let node = 0; node < size; node += 1) {
    if (d.isFixed[node] === 0)
      for (let k = rows.start[node]; k < rows.start[node + 1]; k += 1) packPiece(d, model, rows, node, k);
  }
  if (!rows.hasCross) return;
  packCross(model, rows);
  packCrossAxes(d, rows);
}

function packFixed({ source, data, stride }: RowPieces, k: number): void {
  source[k] = -1;
  data.fill(0, k * stride, (k + 1) * stride);
}

function packPiece(d: Discretization, model: NodeModel, rows: RowPieces, node: number, k: number): void {
  const { data, stride, states: n } = rows;
  const { entries } = d.table;
  const p = rows.source[k];
  const from = model.from.data[p];
  const q = model.interval.data[p];
  const at = k * stride;
  data[at + FROM] = from;
  data[at + WIDTH] = model.to.data[p] - from;
  for (let a = 0; a < n; a += 1) {
    const e = d.entryAt[node * n + a] + ((model.forms.data[p] >> (2 * a)) & 3) * FORM_SIZE;
    const first = 3 * (q * n + a);
    const weights = at + WEIGHTS + 6 * a;
    for (let j = 0; j < 3; j += 1) {
      const b = model.drift.data[first + j];
      const s = model.variance.data[first + j];
      data[weights + 2 * j] = b * entries[e] + s * entries[e + 2];
      data[weights + 2 * j + 1] = b * entries[e + 1] + s * entries[e + 3];
    }
    shift(data, weights, 2, from);
    shift(data, weights + 1, 2, from);
  }
}

/** A polynomial in the control, its coefficients `apart` places from each other, as one in the control less `from`. */
function shift(data: Float64Array, k: number, apart: number, from: number): void {
  const twice = from * data[k + 2 * apart];
  data[k] += from * (data[k + apart] + twice);
  data[k + apart] += 2 * twice;
}

function packCross(model: NodeModel, rows: RowPieces): void {
  const { count, data, stride, source, memory } = rows;
  const legs = model.crossNodes.length;
  rows.crossStart = atLeast(rows.crossStart, count, memory.indices);
  rows.crossEnd = atLeast(rows.crossEnd, count, memory.indices);
  rows.crossNodes = atLeast(rows.crossNodes, legs, memory.indices);
  rows.crossWeights = atLeast(rows.crossWeights, legs, memory.numbers);
  rows.crossNodes.set(model.crossNodes.data.subarray(0, legs));
  rows.crossWeights.set(model.crossWeights.data.subarray(0, legs));
  for (let k = 0; k < count; k += 1) {
    const isFixed = source[k] < 0;
    const q = isFixed ? 0 : model.interval.data[source[k]];
    rows.crossStart[k] = isFixed ? 0 : model.crossStart.data[q];
    rows.crossEnd[k] = isFixed ? 0 : model.crossEnd.data[q];
    if (isFixed) continue;
    const at = (k + 1) * stride - 3;
    for (let j = 0; j < 3; j += 1) data[at + j] = model.factor.data[3 * q + j];
    shift(data, at, 1, data[k * stride]);
  }
}

function packCrossAxes({ lattice, problem }: Discretization, rows: RowPieces): void {
  const { count, states: n, start, crossStart, crossEnd, crossNodes, crossWeights } = rows;
  rows.crossAxes = atLeast(rows.crossAxes, count * n, rows.memory.numbers);
  rows.crossAxes.fill(0, 0, count * n);
  const isPeriodic = problem.states.map(({ boundary }) => boundary[0] === 'periodic');
  const { shape, strides } = lattice;
  for (let node = 0; node < lattice.size; node += 1) {
    const position = positionOf(lattice, node);
    for (let p = start[node]; p < start[node + 1]; p += 1) {
      for (let c = crossStart[p]; c < crossEnd[p]; c += 1) {
        for (let a = 0; a < n; a += 1) {
          const far = Math.abs((Math.floor(crossNodes[c] / strides[a]) % shape[a]) - position[a]);
          // Round a periodic axis, whose ends are one node.
          const steps = isPeriodic[a] ? Math.min(far, shape[a] - 1 - far) : far;
          rows.crossAxes[p * n + a] += (crossWeights[c] * steps * steps) / 2;
        }
      }
    }
  }
}

/** The part of the rows that no neighbour bears: running cost, limited second differences and given slopes. */
export function packGiven(d: Discretization, model: NodeModel, input: DifferenceInput, rows: RowPieces): void {
  const { data, stride, states: n, start, source } = rows;
  rows.givenVersion += 1;
  const { sign } = d;
  const { entries } = d.table;
  const { data: cost } = model.cost;
  const { data: drift } = model.drift;
  const { data: variance } = model.variance;
  const { data: interval } = model.interval;
  const { data: forms } = model.forms;
  for (let node = 0, size = d.lattice.size; node < size; node += 1) {
    if (d.isFixed[node] === 1) continue;
    for (let k = start[node], end = start[node + 1]; k < end; k += 1) {
      const p = source[k];
      const q = interval[p];
      let g0 = cost[3 * q];
      let g1 = cost[3 * q + 1];
      let g2 = cost[3 * q + 2];
      for (let a = 0; a < n; a += 1) {
        const at = node * n + a;
        const form = (forms[p] >> (2 * a)) & 3;
        const m = form === 1 ? input.up[at] : form === 2 ? input.down[at] : 0;
        const slope = input.slope[at];
        if (m === 0 && slope === 0) continue;
        const e = d.entryAt[at] + form * FORM_SIZE;
        const first = entries[e + 4] * m + entries[e + 6] * slope;
        const second = entries[e + 5] * m + entries[e + 7] * slope;
        const from = 3 * (q * n + a);
        g0 += drift[from] * first + variance[from] * second;
        g1 += drift[from + 1] * first + variance[from + 1] * second;
        g2 += drift[from + 2] * first + variance[from + 2] * second;
      }
      const from = data[k * stride];
      const to = k * stride + GIVEN;
      data[to] = sign * (g0 + from * (g1 + from * g2));
      data[to + 1] = sign * (g1 + 2 * from * g2);
      data[to + 2] = sign * g2;
    }
  }
}
