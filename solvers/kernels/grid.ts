import type { Findings, NodeArrays } from './line.js';
import { PLACES, SIZES, type ArrayMemory, type RowPieces } from './row-pieces.js';
import { TOLERANCES } from './tolerances.js';

const { FROM, WIDTH, GIVEN_0, GIVEN_1, GIVEN_2, LOW_0, HIGH_0, LOW_1, HIGH_1, LOW_2, HIGH_2, SECOND, THIRD } = PLACES;
const { TIE, NEGATIVE_WEIGHT } = TOLERANCES;
const { FACTOR } = SIZES;

/** How the nodes of two or three states lie in a list, the last state fastest. */
export interface GridShape {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly isPeriodic: readonly boolean[];
}

/** Work and findings of the kernel of two or three states, per node. */
export interface GridState extends GridShape, NodeArrays, Findings {
  /** The largest sum of the split weights. */
  stiffness: number;
  /** What a row has besides the flows to other nodes: rest. */
  readonly own: Float64Array;
  /** Weights of the neighbours below and above along each axis: 2 a and 2 a + 1. */
  readonly weights: readonly Float64Array[];
  /** Weights of the split matrix: those along the axes, or with cross legs, for which second differences stand there. */
  splitWeights: readonly Float64Array[];
  crossSplit: readonly Float64Array[] | null;
  /** The chosen pieces and their factors, for the cross legs. */
  readonly chosen: Int32Array;
  readonly factor: Float64Array;
  /** What is missing in each row at V, over `own`. */
  readonly missing: Float64Array;
  readonly correction: Float64Array;
  readonly elimination: Float64Array;
}

export function nodeCount({ shape }: GridShape): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function emptyGrid(grid: GridShape, { numbers, indices }: ArrayMemory): GridState {
  const { shape, strides, isPeriodic } = grid;
  const size = nodeCount(grid);
  const weights = Array.from({ length: 2 * shape.length }, () => numbers(size));
  return {
    shape,
    strides,
    isPeriodic,
    V: numbers(size),
    source: numbers(size),
    control: numbers(size),
    own: numbers(size),
    weights,
    splitWeights: weights,
    crossSplit: null,
    chosen: indices(size),
    factor: numbers(size),
    missing: numbers(size),
    correction: numbers(size),
    elimination: numbers(size),
    stiffness: 0,
    residual: 0,
    rawResidual: 0,
    offender: -1,
    change: 0,
    largest: 0,
  };
}

/** The split weights of a level, whose arrays are made when the first cross legs come. */
export function chooseSplit(grid: GridState, { hasCross, memory }: RowPieces): void {
  if (hasCross) grid.crossSplit ??= grid.weights.map((list) => memory.numbers(list.length));
  grid.splitWeights = hasCross ? grid.crossSplit! : grid.weights;
}

/** The way to a neighbour along an axis, in positions: 0 where there is none. */
function wayTo(j: number, side: 1 | -1, length: number, isPeriodic: boolean): number {
  const isEnd = side === 1 ? j === length - 1 : j === 0;
  return !isEnd ? side : isPeriodic ? -side * (length - 2) : 0;
}

/**
 * Policy improvement and assembly at once: the optimum of the whole Hamiltonian over the pieces of each node, its row and
 * what is missing in it. A line is what lies along the last axis; those from `first` to `end` are done.
 */
export function gridForward(rows: RowPieces, rest: number, grid: GridState, first: number, end: number): void {
  // Bound here: a look-up of a global costs more than the arithmetic in a vm context (jest), one of the module elsewhere.
  const abs = Math.abs;
  const { data, start, stride, hasCross, crossStart, crossEnd, crossNodes, crossWeights, crossAxes } = rows;
  const { V, source, control, own, missing, shape, strides, isPeriodic, chosen, factor } = grid;
  const [w0, w1, w2, w3] = grid.weights;
  const isThree = rows.states === 3;
  const [w4, w5] = isThree ? [grid.weights[4], grid.weights[5]] : [w2, w3];
  const [s0, s1, s2, s3, s4, s5] = grid.splitWeights;
  const length = shape[rows.states - 1];
  const middle = isThree ? shape[1] : 1;
  const wrapLow = wayTo(0, -1, length, isPeriodic[rows.states - 1]);
  const wrapHigh = wayTo(length - 1, 1, length, isPeriodic[rows.states - 1]);
  const cross = stride - FACTOR;
  const inverse = 1 / rest;
  let residual = 0;
  let rawResidual = 0;
  let offender = -1;
  let stiffness = 0;
  let p = start[first * length];
  for (let line = first; line < end; line += 1) {
    const j0 = isThree ? Math.floor(line / middle) : line;
    const below0 = wayTo(j0, -1, shape[0], isPeriodic[0]) * strides[0];
    const above0 = wayTo(j0, 1, shape[0], isPeriodic[0]) * strides[0];
    const j1 = isThree ? line % middle : 0;
    const below1 = isThree ? wayTo(j1, -1, middle, isPeriodic[1]) * strides[1] : 0;
    const above1 = isThree ? wayTo(j1, 1, middle, isPeriodic[1]) * strides[1] : 0;
    for (let j = 0; j < length; j += 1) {
      const i = line * length + j;
      const here = V[i];
      const low = j > 0 ? i - 1 : i + wrapLow;
      const high = j < length - 1 ? i + 1 : i + wrapHigh;
      const d0 = V[i + below0] - here;
      const d1 = V[i + above0] - here;
      const d2 = V[isThree ? i + below1 : low] - here;
      const d3 = V[isThree ? i + above1 : high] - here;
      const d4 = V[low] - here;
      const d5 = V[high] - here;
      let best = Infinity;
      let v = 0;
      let k = stride * p;
      let row = k;
      let taken = p;
      const last = start[i + 1];
      do {
        // Neighbours below and above apart: WebAssembly holds them in the halves of one vector.
        let low0 = data[k + LOW_0] * d0 + data[k + SECOND + LOW_0] * d2;
        let high0 = data[k + HIGH_0] * d1 + data[k + SECOND + HIGH_0] * d3;
        let low1 = data[k + LOW_1] * d0 + data[k + SECOND + LOW_1] * d2;
        let high1 = data[k + HIGH_1] * d1 + data[k + SECOND + HIGH_1] * d3;
        let low2 = data[k + LOW_2] * d0 + data[k + SECOND + LOW_2] * d2;
        let high2 = data[k + HIGH_2] * d1 + data[k + SECOND + HIGH_2] * d3;
        if (isThree) {
          low0 += data[k + THIRD + LOW_0] * d4;
          high0 += data[k + THIRD + HIGH_0] * d5;
          low1 += data[k + THIRD + LOW_1] * d4;
          high1 += data[k + THIRD + HIGH_1] * d5;
          low2 += data[k + THIRD + LOW_2] * d4;
          high2 += data[k + THIRD + HIGH_2] * d5;
        }
        let c0 = data[k + GIVEN_0] + low0 + high0;
        let c1 = data[k + GIVEN_1] + low1 + high1;
        let c2 = data[k + GIVEN_2] + low2 + high2;
        if (hasCross && crossStart[p] < crossEnd[p]) {
          let legs = 0;
          for (let c = crossStart[p], to = crossEnd[p]; c < to; c += 1)
            legs += crossWeights[c] * (V[crossNodes[c]] - here);
          c0 += data[k + cross] * legs;
          c1 += data[k + cross + 1] * legs;
          c2 += data[k + cross + 2] * legs;
        }
        if (c0 < best - TIE * abs(c0)) {
          best = c0;
          v = 0;
          row = k;
          taken = p;
        }
        if (c1 < 0 || c2 < 0) {
          let other = data[k + WIDTH];
          const twice = 2 * c2;
          if (c2 > 0 && c1 + twice * other > 0) other = -c1 / twice;
          const H = c0 + other * (c1 + other * c2);
          if (H < best - TIE * abs(H)) {
            best = H;
            v = other;
            row = k;
            taken = p;
          }
        }
        p += 1;
        k += stride;
      } while (p < last);
      control[i] = data[row + FROM] + v;
      const a0 = data[row + LOW_0] + v * (data[row + LOW_1] + v * data[row + LOW_2]);
      const a1 = data[row + HIGH_0] + v * (data[row + HIGH_1] + v * data[row + HIGH_2]);
      const a2 = data[row + SECOND + LOW_0] + v * (data[row + SECOND + LOW_1] + v * data[row + SECOND + LOW_2]);
      const a3 = data[row + SECOND + HIGH_0] + v * (data[row + SECOND + HIGH_1] + v * data[row + SECOND + HIGH_2]);
      w0[i] = a0;
      w1[i] = a1;
      w2[i] = a2;
      w3[i] = a3;
      let lows = a0 + a2;
      let highs = a1 + a3;
      let isNegative = a0 < 0 || a1 < 0 || a2 < 0 || a3 < 0;
      if (isThree) {
        const a4 = data[row + THIRD + LOW_0] + v * (data[row + THIRD + LOW_1] + v * data[row + THIRD + LOW_2]);
        const a5 = data[row + THIRD + HIGH_0] + v * (data[row + THIRD + HIGH_1] + v * data[row + THIRD + HIGH_2]);
        w4[i] = a4;
        w5[i] = a5;
        lows += a4;
        highs += a5;
        isNegative = isNegative || a4 < 0 || a5 < 0;
      }
      const sum = lows + highs;
      let split = sum;
      let legs = 0;
      if (hasCross) {
        const f = data[row + cross] + v * (data[row + cross + 1] + v * data[row + cross + 2]);
        for (let c = crossStart[taken], to = crossEnd[taken]; c < to; c += 1) {
          legs += crossWeights[c];
          isNegative = isNegative || f * crossWeights[c] < 0;
        }
        legs *= f;
        factor[i] = f;
        chosen[i] = taken;
        const e0 = f * crossAxes[taken * rows.states];
        const e1 = f * crossAxes[taken * rows.states + 1];
        s0[i] = a0 + (below0 === 0 ? 0 : e0);
        s1[i] = a1 + (above0 === 0 ? 0 : e0);
        s2[i] = a2 + ((isThree ? below1 : low - i) === 0 ? 0 : e1);
        s3[i] = a3 + ((isThree ? above1 : high - i) === 0 ? 0 : e1);
        lows = s0[i] + s2[i];
        highs = s1[i] + s3[i];
        if (isThree) {
          const e2 = f * crossAxes[taken * 3 + 2];
          s4[i] = w4[i] + (low === i ? 0 : e2);
          s5[i] = w5[i] + (high === i ? 0 : e2);
          lows += s4[i];
          highs += s5[i];
        }
        split = lows + highs;
      }
      own[i] = rest;
      const raw = best + source[i] - rest * here;
      missing[i] = raw * inverse;
      if (split > stiffness) stiffness = split;
      const diagonal = rest + legs + sum;
      if (isNegative && offender < 0 && !isDominant(rows, grid, rest, i)) offender = i;
      const size = abs(raw);
      if (size > rawResidual) rawResidual = size;
      if (size > residual * diagonal) residual = size / diagonal;
    }
  }
  grid.residual = residual;
  grid.rawResidual = rawResidual;
  grid.offender = offender;
  grid.stiffness = stiffness;
}

/** Whether the negative weights of a row are rounding. */
function isDominant(rows: RowPieces, { weights, factor, chosen }: GridState, rest: number, i: number): boolean {
  const abs = Math.abs;
  const all = weights.map((list) => list[i]);
  if (rows.hasCross) {
    const { crossStart, crossEnd, crossWeights } = rows;
    for (let c = crossStart[chosen[i]]; c < crossEnd[chosen[i]]; c += 1) all.push(factor[i] * crossWeights[c]);
  }
  const magnitude = all.reduce((sum, weight) => sum + abs(weight), 0);
  const sum = all.reduce((total, weight) => total + weight, 0);
  const slack = NEGATIVE_WEIGHT * (rest + magnitude);
  return all.every((weight) => weight >= -slack) && rest + sum >= magnitude - slack;
}

/** out = A x over `own`: the rows of the chosen policy, for the lines from `first` to `end`. */
export function gridApply(
  rows: RowPieces,
  grid: GridState,
  x: Float64Array,
  out: Float64Array,
  first: number,
  end: number,
): void {
  const { own, weights, shape, strides, isPeriodic, factor, chosen } = grid;
  const { hasCross, crossStart, crossEnd, crossNodes, crossWeights } = rows;
  const [w0, w1, w2, w3] = weights;
  const isThree = rows.states === 3;
  const [w4, w5] = isThree ? [weights[4], weights[5]] : [w2, w3];
  const length = shape[rows.states - 1];
  const middle = isThree ? shape[1] : 1;
  const wrapLow = wayTo(0, -1, length, isPeriodic[rows.states - 1]);
  const wrapHigh = wayTo(length - 1, 1, length, isPeriodic[rows.states - 1]);
  for (let line = first; line < end; line += 1) {
    const j0 = isThree ? Math.floor(line / middle) : line;
    const below0 = wayTo(j0, -1, shape[0], isPeriodic[0]) * strides[0];
    const above0 = wayTo(j0, 1, shape[0], isPeriodic[0]) * strides[0];
    const j1 = isThree ? line % middle : 0;
    const below1 = isThree ? wayTo(j1, -1, middle, isPeriodic[1]) * strides[1] : 0;
    const above1 = isThree ? wayTo(j1, 1, middle, isPeriodic[1]) * strides[1] : 0;
    for (let j = 0; j < length; j += 1) {
      const i = line * length + j;
      const here = x[i];
      const low = j > 0 ? i - 1 : i + wrapLow;
      const high = j < length - 1 ? i + 1 : i + wrapHigh;
      let flow = w0[i] * (x[i + below0] - here) + w1[i] * (x[i + above0] - here);
      if (isThree) {
        flow += w2[i] * (x[i + below1] - here) + w3[i] * (x[i + above1] - here);
      }
      flow += w4[i] * (x[low] - here) + w5[i] * (x[high] - here);
      if (!hasCross) {
        out[i] = here - flow / own[i];
        continue;
      }
      let legs = 0;
      for (let c = crossStart[chosen[i]], to = crossEnd[chosen[i]]; c < to; c += 1)
        legs += crossWeights[c] * (x[crossNodes[c]] - here);
      out[i] = here - (flow + factor[i] * legs) / own[i];
    }
  }
}

/** Lines that are swept together where they lie side by side. */
export const TILE = 64;

/** How many tiles the lines along an axis make. */
export function tileCount({ shape, strides }: GridState, axis: number): number {
  const lines = shape.reduce((product, n) => product * n, 1) / shape[axis];
  const stride = strides[axis];
  return stride === 1 ? Math.ceil(lines / 2) : (lines / stride) * Math.ceil(stride / TILE);
}

/**
 * The factor of the split matrix along one axis: solves (shift own + A_a) z = shift own y for z, which takes the place of y. Lines are
 * independent; the tiles from `first` to `end` are done.
 */
export function sweepAxis(
  grid: GridState,
  axis: number,
  y: Float64Array,
  shift: number,
  first: number,
  end: number,
): void {
  const stride = grid.strides[axis];
  if (stride === 1) sweepAlong(grid, axis, y, shift, first, end);
  else sweepAcross(grid, axis, y, shift, first, end);
}

/** Lines side by side in memory, tile by tile: the recurrence goes along the slow index. */
function sweepAcross(
  { shape, strides, splitWeights, own, elimination: f }: GridState,
  axis: number,
  y: Float64Array,
  shift: number,
  first: number,
  end: number,
): void {
  const low = splitWeights[2 * axis];
  const high = splitWeights[2 * axis + 1];
  const stride = strides[axis];
  const length = shape[axis];
  const across = Math.ceil(stride / TILE);
  for (let tile = first; tile < end; tile += 1) {
    const left = (tile % across) * TILE;
    const width = Math.min(TILE, stride - left);
    const begin = Math.floor(tile / across) * stride * length + left;
    for (let i = begin, to = begin + width; i < to; i += 1) {
      const o = shift * own[i];
      const h = high[i];
      const pivot = 1 / (o + low[i] + h);
      f[i] = h * pivot;
      y[i] = o * y[i] * pivot;
    }
    for (let j = 1; j < length; j += 1) {
      for (let i = begin + j * stride, to = i + width, k = i - stride; i < to; i += 1, k += 1) {
        const o = shift * own[i];
        const l = low[i];
        const h = high[i];
        const pivot = 1 / (o + l + h - l * f[k]);
        f[i] = h * pivot;
        y[i] = (o * y[i] + l * y[k]) * pivot;
      }
    }
    for (let j = length - 2; j >= 0; j -= 1) {
      for (let i = begin + j * stride, to = i + width, k = i + stride; i < to; i += 1, k += 1) y[i] += f[i] * y[k];
    }
  }
}

/** Lines one after the other in memory, two at once: each recurrence waits for its own division. */
function sweepAlong(
  { shape, splitWeights, own, elimination: f }: GridState,
  axis: number,
  y: Float64Array,
  shift: number,
  first: number,
  end: number,
): void {
  const low = splitWeights[2 * axis];
  const high = splitWeights[2 * axis + 1];
  const length = shape[axis];
  const lines = y.length / length;
  for (let tile = first; tile < end; tile += 1) {
    const begin = 2 * tile * length;
    const to = begin + length;
    // The last of an odd number of lines is swept twice over, once as its own neighbour.
    const apart = 2 * tile + 1 < lines ? length : 0;
    let f0 = 0;
    let f1 = 0;
    let y0 = 0;
    let y1 = 0;
    for (let i = begin, k = begin + apart; i < to; i += 1, k += 1) {
      const h0 = high[i];
      const h1 = high[k];
      const l0 = low[i];
      const l1 = low[k];
      const o0 = shift * own[i];
      const o1 = shift * own[k];
      const s0 = i === begin ? 0 : l0;
      const s1 = i === begin ? 0 : l1;
      const p0 = 1 / (o0 + l0 + h0 - s0 * f0);
      const p1 = 1 / (o1 + l1 + h1 - s1 * f1);
      f0 = h0 * p0;
      f1 = h1 * p1;
      y0 = (o0 * y[i] + s0 * y0) * p0;
      y1 = (o1 * y[k] + s1 * y1) * p1;
      f[i] = f0;
      y[i] = y0;
      if (apart > 0) {
        f[k] = f1;
        y[k] = y1;
      }
    }
    for (let i = to - 2; i >= begin; i -= 1) y[i] += f[i] * y[i + 1];
    if (apart > 0) for (let i = to + length - 2; i >= to; i -= 1) y[i] += f[i] * y[i + 1];
  }
}

/** V += correction; the largest change and value, both NaN where one is not a number. */
export function gridAdd({ V, correction }: GridState, first: number, end: number, findings: Findings): void {
  const abs = Math.abs;
  let change = 0;
  let largest = 0;
  let sum = 0;
  for (let i = first; i < end; i += 1) {
    const moved = abs(correction[i]);
    const value = V[i] + correction[i];
    const size = abs(value);
    if (moved > change) change = moved;
    if (size > largest) largest = size;
    sum += value - value;
    V[i] = value;
  }
  findings.change = change + sum;
  findings.largest = largest + sum;
}
