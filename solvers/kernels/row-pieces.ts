/**
 * What the kernels read: the row of the implicit system at a node as polynomials in the control, on each of its pieces,
 *   given(v) + sum over the axes of low(v) (V- - V) + high(v) (V+ - V) + factor(v) (what the cross legs say),
 * v the control less the lower end of the piece. A problem that is maximized is the minimization of -V: its given part
 * changes sign.
 *
 * Of piece p, from `data[stride p]` on: its lower end and its width; the three coefficients of given; for each axis low0,
 * high0, low1, high1, low2, high2, the two weights side by side; and with cross legs those of the factor. The pieces of node
 * i, at least one, are those from start[i] to start[i + 1]; a node with a given value has one without weights, and where
 * stopping is allowed the last piece of every other node has none.
 */
export interface RowPieces {
  readonly states: number;
  /** Where its arrays lie: a kernel may have memory of its own. */
  readonly memory: ArrayMemory;
  readonly start: Int32Array;
  /** The model's piece from which each is made, -1 at a node with a given value and of stopping. */
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

/**
 * Places in a piece; LOW and HIGH are the weights of the neighbours below and above. A kernel takes these names to constants
 * of its own module: V8 folds those, and would look imported ones up at every node (a quarter slower).
 */
export const PLACES = {
  /** Lower end and width. */
  ...{ FROM: 0, WIDTH: 1 },
  /** Coefficients of 1, v and v^2 of what is given. */
  ...{ GIVEN_0: 2, GIVEN_1: 3, GIVEN_2: 4 },
  /** Of the weights along the first axis. */
  ...{ LOW_0: 5, HIGH_0: 6, LOW_1: 7, HIGH_1: 8, LOW_2: 9, HIGH_2: 10 },
  /** How far those along the second and the third axis lie behind them. */
  ...{ SECOND: 6, THIRD: 12 },
} as const;

/** Numbers before the weights, of the weights along an axis, and at the end, with cross legs, of their factor. */
export const SIZES = { HEAD: 5, AXIS: 6, FACTOR: 3 } as const;

/** Numbers of a piece. */
export function pieceSize(states: number, hasCross: boolean): number {
  return SIZES.HEAD + SIZES.AXIS * states + (hasCross ? SIZES.FACTOR : 0);
}

/** Rows of `size` nodes of so many states, still without pieces. */
export function emptyRows(states: number, size: number, memory: ArrayMemory): RowPieces {
  const { numbers, indices } = memory;
  return {
    states,
    memory,
    start: indices(size + 1),
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
