import type { Findings } from '../line.js';
import { noFindings } from '../line.js';
import { pieceSize, PLACES, SIZES, type RowPieces } from '../row-pieces.js';
import { FOUND } from './findings.js';
import { setFields, WasmMemory } from './memory.js';
import { kernelExports } from './module.js';

/** Problems that the batch kernel takes at once. */
export const LANES = 8;

const PIECE = pieceSize(1, false);

/** Eight problems of one state on the same nodes, two by two: a value at a node stands where `laneIndex` says. */
export interface BatchKernel {
  readonly V: Float64Array;
  readonly source: Float64Array;
  readonly control: Float64Array;
  /** What the last passes found, by lane. */
  readonly findings: readonly Findings[];
  /** Takes the rows of all lanes, where one of them has changed. */
  load(rows: readonly RowPieces[]): void;
  /** Policy improvement, assembly and forward elimination at V. */
  forward(rest: number): void;
  /** Back substitution, added to V in the lanes that are active. */
  backward(active: readonly boolean[]): void;
}

export function batchKernel(size: number): BatchKernel {
  const memory = new WasmMemory();
  const { batchForward, batchBackward } = kernelExports(memory.memory);
  const perNode = (): Float64Array => memory.numbers(LANES * size);
  const [V, source, control] = [1, 2, 3].map(perNode);
  const elimination = memory.numbers(2 * LANES * size);
  const start = memory.indices(size + 1);
  const found = memory.numbers(6 * LANES);
  const active = memory.numbers(LANES);
  const masks = new BigInt64Array(active.buffer, active.byteOffset, LANES);
  const block = memory.indices(7);
  const findings = Array.from({ length: LANES }, noFindings);
  let data = memory.numbers(0);
  let loaded = { weights: '', given: '' };
  const take = (): void => findings.forEach((finding, lane) => takeLane(found, lane, finding));
  return {
    ...{ V, source, control, findings },
    load: (rows) => {
      const weights = rows.map(({ weightsVersion }) => weightsVersion).join();
      const given = rows.map(({ givenVersion }) => givenVersion).join();
      if (weights !== loaded.weights) {
        setStarts(rows, start);
        const length = PIECE * LANES * start[size];
        if (data.length < length) data = memory.numbers(length);
        data.fill(0);
        rows.forEach((lane, k) => interleave(lane, k, start, data, 0, PIECE));
        setFields(block, [data, start, V, source, control, elimination, active]);
      } else if (given !== loaded.given) {
        rows.forEach((lane, k) => interleave(lane, k, start, data, PLACES.GIVEN_0, SIZES.HEAD));
      }
      loaded = { weights, given };
    },
    forward: (rest) => {
      batchForward(block.byteOffset, found.byteOffset, size, rest);
      take();
    },
    backward: (moving) => {
      moving.forEach((isMoving, lane) => (masks[lane] = isMoving ? -1n : 0n));
      batchBackward(block.byteOffset, found.byteOffset, size);
      take();
    },
  };
}

/** Where number i of a lane stands among `size` numbers of every lane: side by side with that of its neighbour lane. */
export function laneIndex(lane: number, i: number, size: number): number {
  return ((lane >> 1) * size + i) * 2 + (lane & 1);
}

/** Every node has as many pieces as the lane with the most. */
function setStarts(rows: readonly RowPieces[], start: Int32Array): void {
  for (let node = 0; node + 1 < start.length; node += 1) {
    let most = 0;
    for (const lane of rows) most = Math.max(most, lane.start[node + 1] - lane.start[node]);
    start[node + 1] = start[node] + most;
  }
}

/** Fields `first` to `end` of every piece of a lane; a piece that it lacks costs infinitely much. */
function interleave(
  rows: RowPieces,
  lane: number,
  start: Int32Array,
  data: Float64Array,
  first: number,
  end: number,
): void {
  const { data: from, start: begins } = rows;
  const nodes = start.length - 1;
  const length = PIECE * start[nodes];
  for (let node = 0; node < nodes; node += 1) {
    let k = begins[node] * PIECE;
    const stop = begins[node + 1] * PIECE;
    for (let p = start[node], last = start[node + 1]; p < last; p += 1, k += PIECE) {
      const to = laneIndex(lane, p * PIECE, length);
      if (k >= stop) data[to + PLACES.GIVEN_0 * 2] = Infinity;
      else for (let j = first; j < end; j += 1) data[to + j * 2] = from[k + j];
    }
  }
}

function takeLane(found: Float64Array, lane: number, to: Findings): void {
  to.residual = found[FOUND.residual * LANES + lane];
  to.rawResidual = found[FOUND.rawResidual * LANES + lane];
  to.offender = found[FOUND.offender * LANES + lane];
  to.change = found[FOUND.change * LANES + lane];
  to.largest = found[FOUND.largest * LANES + lane];
}
