import { TOLERANCES } from '../kernels/tolerances.js';
import type { Discretization } from '../discretization/node-model.js';
import { NumberList } from '../discretization/number-list.js';
import type { LinearSystem } from '../linear-system/system.js';

/**
 * The transposed system of one step. With M = rest I - L the assembled rows and D their diagonal, M^T p' = rest p is
 *   y_j = rest p_j + sum_i S_ij y_i,      y = D p',      S_ij = rate(i to j) / D_i,
 * a system of the same form as the rows, so that the same solver serves.
 */
export interface ForwardSystem {
  readonly system: LinearSystem;
  /** Rate at which mass leaves the domain at each node: beyond a `linear` face where the drift points outward. */
  readonly leaving: Float64Array;
  /** Transfers that are no steps along an axis and back: legs of cross terms, and round a periodic axis. */
  readonly from: NumberList;
  readonly to: NumberList;
  readonly share: NumberList;
}

export function emptyForward({ lattice, states, neighbours }: Discretization): ForwardSystem {
  const { size, shape, strides } = lattice;
  const system: LinearSystem = {
    ...{ size, states, shape, strides, neighbours },
    shares: new Float64Array(neighbours.length),
    ...{
      crossStart: new Int32Array(size),
      crossEnd: new Int32Array(size),
      crossFactor: new Float64Array(size).fill(1),
    },
    ...{ crossNodes: new Int32Array(0), crossWeights: new Float64Array(0), hasCross: false },
    ...{ right: new Float64Array(size), diagonal: new Float64Array(size) },
  };
  const list = (): NumberList => new NumberList();
  return { system, leaving: new Float64Array(size), from: list(), to: list(), share: list() };
}

/**
 * Transposes the rows. A node that absorbs sends nothing on: what arrives stays.
 *
 * @param rows - assembled with this `rest`, 1/dt
 * @param absorbs - 1 at the nodes that absorb
 * @param forward - whose `leaving` says what leaves at each node
 * @returns the first node with a negative rate, or -1
 */
export function transposeRows(rows: LinearSystem, absorbs: Uint8Array, rest: number, forward: ForwardSystem): number {
  const { system, from, to, share } = forward;
  system.shares.fill(0);
  for (const list of [from, to, share]) list.clear();
  let offender = -1;
  for (let i = 0; i < rows.size; i += 1) {
    if (absorbs[i] === 1) {
      system.diagonal[i] = rest;
      forward.leaving[i] = 0;
      continue;
    }
    if (!addOutflow(rows, rest, forward, i) && offender < 0) offender = i;
  }
  sortTransfers(forward);
  return offender;
}

/** Two passes over what node i sends: its diagonal is the sum of the rates, so that a column sums to zero to rounding. */
function addOutflow(rows: LinearSystem, rest: number, forward: ForwardSystem, i: number): boolean {
  const { states, neighbours, shares } = rows;
  const first = 2 * i * states;
  const last = first + 2 * states;
  let sending = 0;
  let isNegative = false;
  for (let k = first; k < last; k += 1) {
    if (shares[k] > 0) sending += shares[k];
    else if (shares[k] < -TOLERANCES.NEGATIVE_WEIGHT) isNegative = true;
  }
  const factor = rows.crossFactor[i];
  const end = factor === 0 ? rows.crossStart[i] : rows.crossEnd[i];
  for (let k = rows.crossStart[i]; k < end; k += 1) sending += factor * rows.crossWeights[k];
  const old = rows.diagonal[i];
  const diagonal = rest + sending * old + forward.leaving[i];
  const scale = old / diagonal;
  forward.system.diagonal[i] = diagonal;
  for (let k = first; k < last; k += 1) if (shares[k] > 0) send(forward, i, k, neighbours[k], shares[k] * scale);
  for (let k = rows.crossStart[i]; k < end; k += 1) {
    transfer(forward, i, rows.crossNodes[k], factor * rows.crossWeights[k] * scale);
  }
  return !isNegative;
}

/** From node i to its neighbour in slot k; in the neighbour's row the slot of the opposite side, if that leads back. */
function send({ system, ...lists }: ForwardSystem, i: number, k: number, neighbour: number, share: number): void {
  const { states, neighbours, shares } = system;
  const slot = 2 * neighbour * states + ((k - 2 * i * states) ^ 1);
  if (neighbours[slot] === i) shares[slot] = share;
  else transfer(lists, i, neighbour, share);
}

function transfer(
  { from, to, share }: Pick<ForwardSystem, 'from' | 'to' | 'share'>,
  i: number,
  j: number,
  s: number,
): void {
  from.push(i);
  to.push(j);
  share.push(s);
}

/** The transfers as the legs of the rows that receive them, in the order of their senders. */
function sortTransfers({ system, from, to, share }: ForwardSystem): void {
  const count = from.length;
  const { crossStart, crossEnd } = system;
  system.hasCross = count > 0;
  if (system.crossNodes.length < count) {
    system.crossNodes = new Int32Array(count);
    system.crossWeights = new Float64Array(count);
  }
  crossEnd.fill(0);
  for (let k = 0; k < count; k += 1) crossEnd[to.data[k]] += 1;
  let start = 0;
  for (let i = 0; i < crossStart.length; i += 1) {
    crossStart[i] = start;
    start += crossEnd[i];
    crossEnd[i] = crossStart[i];
  }
  for (let k = 0; k < count; k += 1) {
    const place = crossEnd[to.data[k]];
    crossEnd[to.data[k]] = place + 1;
    system.crossNodes[place] = from.data[k];
    system.crossWeights[place] = share.data[k];
  }
}

/**
 * How far the columns are from zero: of node i, sum_j rate(i to j) + leaving_i - (D_i - rest), summed over the rows that
 * receive, relative to D_i; the largest.
 */
export function columnDefect({ system, leaving }: ForwardSystem, rest: number): number {
  const { size, states, neighbours, shares, diagonal } = system;
  const sent = new Float64Array(size);
  for (let j = 0; j < size; j += 1) {
    for (let k = 2 * j * states; k < 2 * (j + 1) * states; k += 1)
      if (shares[k] !== 0) sent[neighbours[k]] += shares[k];
    for (let k = system.crossStart[j]; k < system.crossEnd[j]; k += 1)
      sent[system.crossNodes[k]] += system.crossWeights[k];
  }
  return sent.reduce((most, share, i) => Math.max(most, Math.abs(share + (leaving[i] + rest) / diagonal[i] - 1)), 0);
}
