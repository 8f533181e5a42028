import type { Arena } from './arena.js';
import { grid, inPanels, placeGathered, type PlacedProduct } from './gathered.js';
import type { Activation } from './image.js';
import type { FusedExports } from './module.js';
import type { ProductStep } from './steps.js';
import type { Group, Transposed } from './transposed.js';

/** Numbers that the gradient of the weights lays out at a time, for the second-level cache; and rows, at most and least. */
const LAID_OUT = 2 ** 16;
const [MOST_ROWS, LEAST_ROWS] = [256, 32];

/** A step of a network in a memory. */
export interface PlacedStep {
  /** Packs the weights as a pass reads them. */
  load?(run: FusedExports, pass: 'forward' | 'backward'): void;
  forward(run: FusedExports, first: number, examples: number): void;
  /** From the gradients of the outputs to those of the inputs, 0 where a relu was. */
  inputGradient(run: FusedExports, first: number, examples: number): void;
  /** Adds to the gradient of the weights. */
  weightGradient?(run: FusedExports, first: number, examples: number): void;
}

/** Places of the weights of a network, and of the gradient in them. */
export interface Parameters {
  readonly weights: number;
  readonly gradient: number;
}

/** What a step stands between. */
export interface Between {
  readonly inputs: Activation;
  readonly outputs: Activation;
  /** Examples of one pass at most. */
  readonly block: number;
}

export function placeProduct(
  arena: Arena,
  step: ProductStep,
  transposed: Transposed,
  between: Between,
  parameters: Parameters,
): PlacedStep {
  const { inputs, outputs } = between;
  const filters = step.output[2];
  const width = inPanels(filters);
  const atOnce = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.floor(LAID_OUT / width)));
  const scratch = arena.numbers(atOnce * (width + 4));
  const [weights, bias] = [step.weights, step.bias].map((index) => parameters.weights + 4 * index);
  const [gradient, biasGradient] = [step.weights, step.bias].map((index) => parameters.gradient + 4 * index);
  const whole = placeForward(arena, step, between, bias);
  const groups = transposed.groups.map((group) => placeGroup(arena, step, transposed, group, between));
  return {
    load(run, pass) {
      if (pass === 'forward') run.pack(weights, whole.k, filters, whole.panels);
      else for (const group of groups) group.load(run, weights);
    },
    forward: (run, first, examples) =>
      run.multiply(whole.at, inputs.values(first), outputs.values(first), 0, whole.rows * examples),
    inputGradient(run, first, examples) {
      const [from, to, mask] = [outputs.gradients(first), inputs.gradients(first), inputs.mask(first)];
      for (const { at, rows } of groups) run.multiply(at, from, to, mask, rows * examples);
    },
    weightGradient(run, first, examples) {
      const [a, d] = [inputs.values(first), outputs.gradients(first)];
      const rows = whole.rows * examples;
      run.weightGradient(whole.at, a, d, rows, filters, gradient, biasGradient, atOnce, scratch);
    },
  };
}

/** Every output is a row: the window that it sees times the weights. */
function placeForward(
  arena: Arena,
  step: ProductStep,
  { inputs, outputs, block }: Between,
  bias: number,
): PlacedProduct {
  const { kernel, stride, border, output } = step;
  const pixels = grid(output[0], output[1]);
  const corners = pixels.map(([i, j]) => [i * stride[0] - border.top, j * stride[1] - border.left] as const);
  const from = { from: inputs.layout, window: kernel, corners };
  const to = { to: outputs.layout, pixels, columns: output[2], places: (column: number) => 4 * column };
  return placeGathered(arena, { ...from, ...to, bias, isRelu: step.isRelu }, block);
}

/** Every block of pixels is a row: the window of the outputs' gradients times weights that are transposed and spread. */
function placeGroup(
  arena: Arena,
  step: ProductStep,
  { block: sides }: Transposed,
  { rows, columns }: Group,
  { inputs, outputs, block }: Between,
) {
  const blocks = grid(rows.blocks, columns.blocks);
  const corners = blocks.map(([i, j]) => [rows.step * i + rows.from, columns.step * j + columns.from] as const);
  const pixels = blocks.map(([i, j]) => [sides[0] * i + rows.first, sides[1] * j + columns.first] as const);
  const run = columns.count * step.input[2];
  const places = (column: number): number => Math.floor(column / run) * inputs.layout.rowBytes + 4 * (column % run);
  const from = { from: outputs.layout, window: [rows.window, columns.window] as const, corners };
  const to = { to: inputs.layout, pixels, columns: rows.count * run, places };
  const placed = placeGathered(arena, { ...from, ...to, bias: 0, isRelu: false }, block);
  return { ...placed, load: loaderOf(step, { rows, columns }, placed) };
}

/** Packs the weights of each tap, [channels, filters], transposed where the matrix of a group has it; elsewhere it is 0. */
function loaderOf({ kernel, stride, border, input, output }: ProductStep, group: Group, { k, panels }: PlacedProduct) {
  const { rows, columns } = group;
  const [channels, filters] = [input[2], output[2]];
  const taps = grid(rows.window, columns.window).flatMap(([i, j], place) =>
    grid(rows.count, columns.count).flatMap(([r, c], pixel) => {
      const a = rows.first + r + border.top - stride[0] * (rows.from + i);
      const b = columns.first + c + border.left - stride[1] * (columns.from + j);
      if (a < 0 || a >= kernel[0] || b < 0 || b >= kernel[1]) return [];
      return [{ offset: 4 * (a * kernel[1] + b) * channels * filters, row: place * filters, column: pixel * channels }];
    }),
  );
  return (run: FusedExports, weights: number): void => {
    for (const { offset, row, column } of taps) {
      run.packTransposed(weights + offset, channels, filters, panels, k, row, column);
    }
  };
}
