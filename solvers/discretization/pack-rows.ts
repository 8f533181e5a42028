import { positionOf } from '../grid/lattice.js';
import { pieceSize, PLACES, SIZES, type RowPieces } from '../kernels/row-pieces.js';
import { alphaMinus, alphaPlus, DOWN, FORM, FORM_SIZE, UP } from './monotone-scheme.js';
import type { DifferenceInput } from './differences.js';
import type { Discretization, NodeModel } from './node-model.js';

/** An array of at least `length`: the one that is there, or a larger one. */
function atLeast<Data extends Float64Array | Int32Array>(data: Data, length: number, make: (n: number) => Data): Data {
  return data.length >= length ? data : make(Math.ceil(data.length === 0 ? length : 1.5 * length));
}

/**
 * Packs the model of a level, whose problem has one scenario; the given part follows by `packGiven`. Where stopping is allowed
 * it is the last piece of every node, without weights (`packStopping`).
 */
export function packRows(d: Discretization, model: NodeModel, rows: RowPieces): void {
  const { size } = d.lattice;
  rows.weightsVersion += 1;
  const stops = d.problem.obstacle !== undefined;
  rows.count = model.from.length + (stops ? size : d.fixedNodes.length);
  rows.hasCross = model.crossNodes.length > 0;
  rows.stride = pieceSize(d.states, rows.hasCross);
  rows.source = atLeast(rows.source, rows.count, (n) => new Int32Array(n));
  rows.data = atLeast(rows.data, rows.count * rows.stride, rows.memory.numbers);
  let count = 0;
  for (let node = 0; node < size; node += 1) {
    rows.start[node] = count;
    const isFixed = d.isFixed[node] === 1;
    const end = isFixed ? 0 : model.pieceStart[node + 1];
    for (let p = model.pieceStart[node]; p < end; p += 1) rows.source[count++] = p;
    if (isFixed || stops) packWithout(rows, count++);
  }
  rows.start[size] = count;
  for (let node = 0; node < size; node += 1) {
    if (d.isFixed[node] === 0)
      for (let k = rows.start[node]; k < rows.start[node + 1]; k += 1)
        if (rows.source[k] >= 0) packPiece(d, model, rows, node, k);
  }
  if (!rows.hasCross) return;
  packCross(model, rows);
  packCrossAxes(d, rows);
}

/** A piece without weights. */
function packWithout({ source, data, stride }: RowPieces, k: number): void {
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
  data[at + PLACES.FROM] = from;
  data[at + PLACES.WIDTH] = model.to.data[p] - from;
  for (let a = 0; a < n; a += 1) {
    const e = d.entryAt[node * n + a] + ((model.forms.data[p] >> (2 * a)) & 3) * FORM_SIZE;
    const first = 3 * (q * n + a);
    const weights = at + SIZES.HEAD + SIZES.AXIS * a;
    for (let j = 0; j < 3; j += 1) {
      const b = model.drift.data[first + j];
      const s = model.variance.data[first + j];
      data[weights + 2 * j] = alphaMinus(entries, e, b, s);
      data[weights + 2 * j + 1] = alphaPlus(entries, e, b, s);
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
    const isBare = source[k] < 0;
    const q = isBare ? 0 : model.interval.data[source[k]];
    rows.crossStart[k] = isBare ? 0 : model.crossStart.data[q];
    rows.crossEnd[k] = isBare ? 0 : model.crossEnd.data[q];
    if (isBare) continue;
    const at = (k + 1) * stride - SIZES.FACTOR;
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
      if (p < 0) continue;
      const q = interval[p];
      let g0 = cost[3 * q];
      let g1 = cost[3 * q + 1];
      let g2 = cost[3 * q + 2];
      for (let a = 0; a < n; a += 1) {
        const at = node * n + a;
        const form = (forms[p] >> (2 * a)) & 3;
        const m = form === UP ? input.up[at] : form === DOWN ? input.down[at] : 0;
        const slope = input.slope[at];
        if (m === 0 && slope === 0) continue;
        const e = d.entryAt[at] + form * FORM_SIZE;
        const first = entries[e + FORM.firstLimited] * m + entries[e + FORM.firstSlope] * slope;
        const second = entries[e + FORM.secondLimited] * m + entries[e + FORM.secondSlope] * slope;
        const from = 3 * (q * n + a);
        g0 += drift[from] * first + variance[from] * second;
        g1 += drift[from + 1] * first + variance[from + 1] * second;
        g2 += drift[from + 2] * first + variance[from + 2] * second;
      }
      const from = data[k * stride];
      const to = k * stride + PLACES.GIVEN_0;
      data[to] = sign * (g0 + from * (g1 + from * g2));
      data[to + 1] = sign * (g1 + 2 * from * g2);
      data[to + 2] = sign * g2;
    }
  }
}

/**
 * Stopping as a piece of every node: its row, rest (obstacle - V) = 0, is that of a control which moves nothing and gives
 * rest times the obstacle less what all rows have from outside.
 */
export function packStopping(
  d: Discretization,
  { rest, source, obstacle }: { rest: number; source: Float64Array; obstacle: Float64Array | null },
  rows: RowPieces,
): void {
  if (obstacle === null) return;
  const { data, start, stride } = rows;
  for (let node = 0; node < obstacle.length; node += 1) {
    if (d.isFixed[node] === 1) continue;
    data[(start[node + 1] - 1) * stride + PLACES.GIVEN_0] = d.sign * (rest * obstacle[node] - source[node]);
  }
}
