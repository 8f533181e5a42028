import { size } from '../../math/shape.js';

/** Labelled examples as a file holds them, before any check; every number is as it stands in the file. */
export interface RawTable {
  /** Where they come from, for messages. */
  readonly file: string;
  /** Shape of one input: [columns] of a table, [height, width, channels] of images. */
  readonly inputShape: readonly number[];
  /** Row-major; length = count * (product of the input shape). */
  readonly inputs: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  /** Names of the values of one input, where the file has them. */
  readonly columns?: readonly string[];
  /** What the file calls the classes 0, 1, 2, ..., where it does not number them so. */
  readonly classNames?: readonly string[];
  /** Where the reader of a message finds value `index` of input `row`, for example `line 4, column "height"`. */
  readonly inputPlace: (row: number, index: number) => string;
  /** Where the reader of a message finds the label of `row`. */
  readonly labelPlace: (row: number) => string;
}

/** Checked examples: inputs in [0, 1], every class 0..classes-1 with an example. */
export interface Table {
  readonly file: string;
  readonly inputShape: readonly number[];
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
  readonly classes: number;
}

/** The axes of flat position `index` in a row-major array, for example [3, 7] for position 91 of [28, 28]. */
export function position(index: number, shape: readonly number[]): number[] {
  return shape.map((n, axis) => Math.floor(index / size(shape.slice(axis + 1))) % n);
}
