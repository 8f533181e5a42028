import type { KeptAs } from '../../attacks/kept-fields.js';

/** Rows of d numbers, one for each training example. */
export interface Rows {
  /** Copies a row. */
  read(row: number, into: Float32Array): void;
  write(row: number, values: Float32Array): void;
  /** What the rows are held in: views, for a checkpoint. */
  readonly arrays: readonly (Float32Array | Int8Array)[];
}

/** Rows of zeros as float32 numbers, 4 d bytes each, or as int8 ones, d + 4. */
export function createRows(count: number, d: number, as: KeptAs): Rows {
  return as === 'float32' ? floatRows(count, d) : byteRows(count, d);
}

function floatRows(count: number, d: number): Rows {
  const all = new Float32Array(count * d);
  return {
    read: (row, into) => into.set(all.subarray(row * d, (row + 1) * d)),
    write: (row, values) => all.set(values, row * d),
    arrays: [all],
  };
}

/** Largest int8 number that has its negative. */
const LEVELS = 127;

/**
 * Each number as a share of the largest of its row, s = max_i |v_i|: q_i = round(127 v_i / s), halves up, and v_i ~ q_i s / 127,
 * with an error of at most s / 254. Rows of numbers +-s and 0, as sign steps leave them, come back as they were.
 */
function byteRows(count: number, d: number): Rows {
  const scales = new Float32Array(count);
  const shares = new Int8Array(count * d);
  return {
    read(row, into) {
      const scale = scales[row];
      for (let i = 0; i < d; i += 1) into[i] = (shares[row * d + i] * scale) / LEVELS;
    },
    write(row, values) {
      let scale = 0;
      for (let i = 0; i < d; i += 1) scale = Math.max(scale, Math.abs(values[i]));
      scales[row] = scale;
      // A row that is not finite reads as NaN: its scale says so.
      const factor = scale > 0 && scale < Infinity ? LEVELS / scale : 0;
      for (let i = 0; i < d; i += 1) shares[row * d + i] = Math.floor(values[i] * factor + 0.5);
    },
    arrays: [scales, shares],
  };
}
