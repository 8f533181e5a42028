import type { Arena } from './arena.js';
import type { ImageLayout } from './image.js';

/** Columns of a panel of packed weights. */
const PANEL = 8;

/** Offsets of pixels in an image, as (row, column). */
export type Pixels = readonly (readonly [number, number])[];

/** C = A B for gathered rows of A and C: the block `Product` of assembly/layout.ts, in words. */
export interface Gathered {
  /** Rows of A are windows of these images, [rows, columns] pixels, from these corners on. */
  readonly from: ImageLayout;
  readonly window: readonly [number, number];
  readonly corners: Pixels;
  /** Rows of C start at these pixels of these images. */
  readonly to: ImageLayout;
  readonly pixels: Pixels;
  /** Columns of B and C, and the offset of each fourth in a row of C. */
  readonly columns: number;
  readonly places: (column: number) => number;
  /** Place of the bias, or 0. */
  readonly bias: number;
  readonly isRelu: boolean;
}

export interface PlacedProduct {
  /** Place of the block. */
  readonly at: number;
  /** Rows of B, and its place: panels of eight columns. */
  readonly k: number;
  readonly panels: number;
  /** Rows of A and C for one example. */
  readonly rows: number;
}

/** @param examples - at most, of one pass */
export function placeGathered(arena: Arena, product: Gathered, examples: number): PlacedProduct {
  const { from, to, window, corners, pixels, columns, places, bias, isRelu } = product;
  const k = (window[0] * window[1] * from.pixelBytes) / 4;
  const panels = arena.numbers(k * inPanels(columns));
  const { segments, length, stride } = pieces(window, from);
  const quadruples = Math.ceil(columns / 4);
  const at = arena.integers([
    arena.integers(from.offsets(examples, corners)),
    arena.integers(to.offsets(examples, pixels)),
    ...[segments, length, stride, panels, quadruples],
    arena.integers(Array.from({ length: quadruples }, (_, q) => places(4 * q))),
    ...[columns - 4 * (quadruples - 1), bias, Number(isRelu)],
  ]);
  return { at, k, panels, rows: pixels.length };
}

/** A window row by row, or in one piece where nothing lies between. */
function pieces([height, width]: readonly [number, number], { pixelBytes, rowBytes }: ImageLayout) {
  const length = width * pixelBytes;
  if (length === rowBytes) return { segments: 1, length: height * length, stride: 0 };
  return { segments: height, length, stride: rowBytes };
}

/** Columns rounded up to whole panels. */
export function inPanels(columns: number): number {
  return Math.ceil(columns / PANEL) * PANEL;
}

/** (0, 0), (0, 1), ..., (height - 1, width - 1). */
export function grid(height: number, width: number): (readonly [number, number])[] {
  return Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width] as const);
}
