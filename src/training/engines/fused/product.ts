import type { Arena } from './arena.js';
import type { Activation, ImageLayout } from './image.js';
import type { FusedExports } from './module.js';
import type { ProductStep } from './steps.js';
import type { Group, Transposed } from './transposed.js';

/** Columns of a panel of packed weights. */
const PANEL = 8;
/** Rows that `weightGradient` of assembly/weight-gradient.ts lays out at a time. */
const ROWS_AT_A_TIME = 256;

/** A step of a network in a memory. */
export interface PlacedStep {
  /** Packs the weights as the passes read them: for `forward`, and for `inputGradient`. */
  load?(run: FusedExports, pass: 'forward' | 'backward'): void;
  forward(run: FusedExports, first: number, examples: number): void;
  /** From the gradients of the outputs to those of the inputs, 0 where a relu was. */
  inputGradient(run: FusedExports, first: number, examples: number): void;
  /** Adds to the gradient of the weights. */
  weightGradient?(run: FusedExports, first: number, examples: number): void;
}

export interface Parameters {
  /** Places of the weights of the network, and of the gradient in them. */
  readonly weights: number;
  readonly gradient: number;
}

/** @param block - examples of one pass at most */
export function placeProduct(
  arena: Arena,
  step: ProductStep,
  transposed: Transposed,
  {
    inputs,
    outputs,
    parameters,
    block,
  }: { inputs: Activation; outputs: Activation; parameters: Parameters; block: number },
): PlacedStep {
  const [height, width, filters] = step.output;
  const rows = height * width;
  const forward = placeForward(arena, step, inputs.layout, outputs, parameters, block);
  const groups = transposed.groups.map((group) =>
    placeGroup(arena, step, transposed, group, { inputs, outputs, block }),
  );
  const scratch = arena.numbers(ROWS_AT_A_TIME * inPanels(filters));
  const weightsAt = parameters.weights + 4 * step.weights;
  const [gradient, biasGradient] = [step.weights, step.bias].map((index) => parameters.gradient + 4 * index);
  return {
    load(run, pass) {
      if (pass === 'forward') run.pack(weightsAt, forward.k, filters, forward.panels);
      else for (const group of groups) group.load(run, weightsAt);
    },
    forward: (run, first, examples) =>
      run.multiply(forward.at, inputs.values(first), outputs.values(first), 0, rows * examples),
    inputGradient(run, first, examples) {
      const [from, to, mask] = [outputs.gradients(first), inputs.gradients(first), inputs.mask(first)];
      for (const group of groups) run.multiply(group.at, from, to, mask, group.rows * examples);
    },
    weightGradient: (run, first, examples) =>
      run.weightGradient(
        ...([forward.at, inputs.values(first), outputs.gradients(first), rows * examples] as const),
        ...([filters, gradient, biasGradient, scratch] as const),
      ),
  };
}

function placeForward(
  arena: Arena,
  step: ProductStep,
  inputs: ImageLayout,
  outputs: Activation,
  parameters: Parameters,
  block: number,
) {
  const { kernel, stride, border, output, input } = step;
  const [height, width, filters] = output;
  const pixels = grid(height, width);
  const corners = pixels.map(([i, j]) => [i * stride[0] - border.top, j * stride[1] - border.left] as const);
  const k = kernel[0] * kernel[1] * input[2];
  const panels = arena.numbers(k * inPanels(filters));
  const at = placeFields(arena, {
    rows: inputs.offsets(block, corners),
    results: outputs.layout.offsets(block, pixels),
    ...pieces(kernel[0], kernel[1], inputs),
    panels,
    columns: filters,
    places: (column) => 4 * column,
    bias: parameters.weights + 4 * step.bias,
    isRelu: step.isRelu,
  });
  return { at, panels, k };
}

function placeGroup(
  arena: Arena,
  step: ProductStep,
  { block: sides }: Transposed,
  { rows, columns }: Group,
  { inputs, outputs, block }: { inputs: Activation; outputs: Activation; block: number },
) {
  const [channels, filters] = [step.input[2], step.output[2]];
  const blocks = grid(rows.blocks, columns.blocks);
  const windows = blocks.map(([i, j]) => [rows.step * i + rows.from, columns.step * j + columns.from] as const);
  const pixels = blocks.map(([i, j]) => [sides[0] * i + rows.first, sides[1] * j + columns.first] as const);
  const k = rows.window * columns.window * filters;
  const run = columns.count * channels;
  const size = rows.count * run;
  const panels = arena.numbers(k * inPanels(size));
  const at = placeFields(arena, {
    rows: outputs.layout.offsets(block, windows),
    results: inputs.layout.offsets(block, pixels),
    ...pieces(rows.window, columns.window, outputs.layout),
    panels,
    columns: size,
    places: (column) => Math.floor(column / run) * inputs.layout.rowBytes + 4 * (column % run),
    bias: 0,
    isRelu: false,
  });
  const taps = tapsOf(step, rows, columns);
  const tapSize = channels * filters;
  return {
    at,
    rows: blocks.length,
    load: (exports: FusedExports, weights: number) => {
      for (const { tap, row, column } of taps) {
        exports.packTransposed(weights + 4 * tap * tapSize, channels, filters, panels, k, row, column);
      }
    },
  };
}

/** Where the weights of each tap, [channels, filters], stand transposed in the matrix of a group; elsewhere it is 0. */
function tapsOf(
  { kernel, stride, border, input, output }: ProductStep,
  rows: Group['rows'],
  columns: Group['columns'],
) {
  return grid(rows.window, columns.window).flatMap(([i, j], place) =>
    grid(rows.count, columns.count).flatMap(([r, c], pixel) => {
      const a = rows.first + r + border.top - stride[0] * (rows.from + i);
      const b = columns.first + c + border.left - stride[1] * (columns.from + j);
      if (a < 0 || a >= kernel[0] || b < 0 || b >= kernel[1]) return [];
      return [{ tap: a * kernel[1] + b, row: place * output[2], column: pixel * input[2] }];
    }),
  );
}

/** A window of an image, row by row, as the pieces of a row of A; one piece where nothing lies between. */
function pieces(height: number, width: number, { pixelBytes, rowBytes }: ImageLayout) {
  const length = width * pixelBytes;
  if (length === rowBytes) return { segments: 1, length: height * length, stride: 0 };
  return { segments: height, length, stride: rowBytes };
}

interface Fields {
  readonly rows: readonly number[];
  readonly results: readonly number[];
  readonly segments: number;
  readonly length: number;
  readonly stride: number;
  readonly panels: number;
  readonly columns: number;
  /** Offset of a column in a row of the result. */
  readonly places: (column: number) => number;
  readonly bias: number;
  readonly isRelu: boolean;
}

/** The block `Product` of assembly/layout.ts. */
function placeFields(arena: Arena, fields: Fields): number {
  const quadruples = Math.ceil(fields.columns / 4);
  const places = Array.from({ length: quadruples }, (_, q) => fields.places(4 * q));
  return arena.integers([
    arena.integers(fields.rows),
    arena.integers(fields.results),
    ...[fields.segments, fields.length, fields.stride, fields.panels, quadruples],
    arena.integers(places),
    fields.columns - 4 * (quadruples - 1),
    ...[fields.bias, Number(fields.isRelu)],
  ]);
}

/** Columns rounded up to whole panels. */
function inPanels(columns: number): number {
  return Math.ceil(columns / PANEL) * PANEL;
}

/** (0, 0), (0, 1), ..., (height - 1, width - 1). */
function grid(height: number, width: number): (readonly [number, number])[] {
  return Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width] as const);
}
