import { NO_BORDER, widerBorder, type Border, type ImageLayout } from './image.js';
import type { ProductStep } from './steps.js';

/**
 * How the gradient of a product in its inputs is itself a product with gathered rows. Inputs are cut into blocks whose
 * sides are multiples of the stride, so that the outputs which pixel (r, c) of a block enters lie in a window that moves
 * with the block. A group of a block's pixels is one row of the result, and the window that all of them need one row of
 * the gradients of the outputs.
 */
export interface Transposed {
  /** Sides of a block, in pixels. */
  readonly block: readonly [number, number];
  readonly groups: readonly Group[];
  /** Zeros that windows need around the gradients of the outputs. */
  readonly border: Border;
}

export interface Group {
  readonly rows: Side;
  readonly columns: Side;
}

/** A group along one axis. */
interface Side {
  /** First pixel of the group in the block, and how many. */
  readonly first: number;
  readonly count: number;
  /** Blocks along the axis in which the group is inside the image. */
  readonly blocks: number;
  /** Outputs that the window moves by from block to block, its first one for block 0, and how many. */
  readonly step: number;
  readonly from: number;
  readonly window: number;
}

/** A way to cut one axis. */
interface Cut {
  readonly block: number;
  readonly sides: readonly Side[];
}

/** Largest block, in strides. */
const MOST_STRIDES = 8;
/** Columns of a tile of the kernel. */
const TILE = 8;
/** What a tile costs beside its products, in rounds of its loop, and what a group costs, in multiplications. */
const TILE_OVERHEAD = 4;
const GROUP_OVERHEAD = 32;

/** The cheapest way, by the multiplications of whole tiles, those with zeros included. */
export function planTransposed(step: ProductStep, inputs: ImageLayout): Transposed {
  const ways = cutsAlong(step, 0).flatMap((rows) => cutsAlong(step, 1).map((columns) => ({ rows, columns })));
  const possible = ways.filter(({ rows, columns }) => canStore(rows.sides[0].count, columns.sides[0].count, inputs));
  const costs = possible.map(({ rows, columns }) => costOf(step, rows, columns));
  const { rows, columns } = possible[costs.indexOf(Math.min(...costs))];
  return {
    block: [rows.block, columns.block],
    groups: rows.sides.flatMap((r) => columns.sides.map((c) => ({ rows: r, columns: c }))),
    border: borderOf(step, rows, columns),
  };
}

/** Every pixel of a block a group of its own, or whole blocks where they fill the image. */
function cutsAlong(step: ProductStep, axis: 0 | 1): Cut[] {
  const [stride, length] = [step.stride[axis], step.input[axis]];
  const blocks = Array.from({ length: MOST_STRIDES }, (_, i) => (i + 1) * stride);
  const pixels = Array.from({ length: Math.min(stride, length) }, (_, first) => sideOf(step, axis, stride, first, 1));
  const whole = blocks
    .filter((block) => length % block === 0)
    .map((block) => ({ block, sides: [sideOf(step, axis, block, 0, block)] }));
  return [{ block: stride, sides: pixels }, ...whole];
}

/** Pixel y takes part in output i where s i + a - p = y for a tap a in 0..k-1. */
function sideOf(step: ProductStep, axis: 0 | 1, block: number, first: number, count: number): Side {
  const [k, s, p] = [step.kernel[axis], step.stride[axis], axis === 0 ? step.border.top : step.border.left];
  const from = Math.ceil((first + p - k + 1) / s);
  const to = Math.floor((first + count - 1 + p) / s);
  const blocks = Math.ceil((step.input[axis] - first) / block);
  return { first, count, blocks, step: block / s, from, window: Math.max(0, to - from + 1) };
}

/** Whether four columns of a result stay together in memory: those of a row of pixels do. */
function canStore(rows: number, columns: number, layout: ImageLayout): boolean {
  const run = columns * layout.pixelBytes;
  return rows === 1 || run % 16 === 0 || run === layout.rowBytes;
}

function costOf({ input, output }: ProductStep, rows: Cut, columns: Cut): number {
  const size = rows.sides[0].count * columns.sides[0].count * input[2];
  const wide = Math.ceil(size / TILE) * TILE;
  const costs = rows.sides.flatMap((r) =>
    columns.sides.map((c) => wide * (r.window * c.window * output[2] + TILE_OVERHEAD) + GROUP_OVERHEAD),
  );
  return costs.reduce((sum, cost) => sum + cost, 0) / (rows.block * columns.block);
}

function borderOf({ output }: ProductStep, rows: Cut, columns: Cut): Border {
  const [height, width] = output;
  const borders = rows.sides.flatMap((r) =>
    columns.sides.map((c) => ({
      top: Math.max(0, -r.from),
      bottom: Math.max(0, lastOf(r) + 1 - height),
      left: Math.max(0, -c.from),
      right: Math.max(0, lastOf(c) + 1 - width),
    })),
  );
  return borders.reduce(widerBorder, NO_BORDER);
}

/** The last output of the last window. */
function lastOf({ blocks, step, from, window }: Side): number {
  return (blocks - 1) * step + from + window - 1;
}
