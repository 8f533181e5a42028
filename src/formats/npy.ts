import { dataError } from './problem.js';
import { size } from '../math/shape.js';

/** An array of numbers in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** Types by NumPy's names; int64 beyond 2^53 loses digits, which no label or input needs. */
const TYPES = {
  '|u1': Uint8Array,
  '|i1': Int8Array,
  '<i2': Int16Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '<f4': Float32Array,
  '<f8': Float64Array,
} as const;

const MAGIC = '\u0093NUMPY';

/** Bytes of the magic, the version and the length of the header, in version 1. */
const PREFIX = 10;
const ALIGNMENT = 64;

/** Types that we write. */
type WrittenType = '<f8' | '<f4';

/**
 * Reads one .npy array, versions 1 to 3 (NumPy enhancement proposal 1): magic, version, header length, header, values.
 *
 * @param place - file and array, for messages
 * @throws E_DATA if it is no such array, is cut off, is in Fortran order or of another type
 */
export function parseNpy(bytes: Uint8Array, place: string): NpyArray {
  const { header, start } = splitHeader(bytes, place);
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? 'unknown';
  if (!(type in TYPES)) {
    throw dataError(place, `values of type ${type}`, `Convert them to one of ${Object.keys(TYPES).join(', ')}.`);
  }
  if (/'fortran_order':\s*True/.test(header)) {
    throw dataError(place, 'stored in Fortran order', 'Save numpy.ascontiguousarray of it.');
  }
  const shape = axes(header, place);
  return { shape, values: numbers(bytes.subarray(start), TYPES[type as keyof typeof TYPES], shape, place) };
}

function splitHeader(bytes: Uint8Array, place: string): { header: string; start: number } {
  const text = new TextDecoder('latin1');
  if (text.decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw dataError(place, 'not an NPY array', 'Write the file with numpy.savez.');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = bytes[6] === 1 ? PREFIX : PREFIX + 2;
  const start =
    bytes.length < first ? Infinity : first + (first === PREFIX ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < start) throw dataError(place, 'cut off within its header', 'Copy the file again.');
  return { header: text.decode(bytes.subarray(first, start)), start };
}

function axes(header: string, place: string): number[] {
  const tuple = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (tuple === undefined) throw dataError(place, 'its header names no shape', 'Write the file with numpy.savez.');
  return tuple.split(',').flatMap((axis) => (axis.trim() === '' ? [] : [Number(axis)]));
}

function numbers(
  bytes: Uint8Array,
  Type: (typeof TYPES)[keyof typeof TYPES],
  shape: readonly number[],
  place: string,
): ArrayLike<number> {
  if (bytes.length !== size(shape) * Type.BYTES_PER_ELEMENT) {
    const reason = `holds ${bytes.length / Type.BYTES_PER_ELEMENT} values where its header says (${shape.join(', ')})`;
    throw dataError(place, reason, 'Copy the file again.');
  }
  // A copy, because the values may start at an address that their type does not allow (a Buffer's slice is none).
  const values = new Type(new Uint8Array(bytes).buffer);
  return values instanceof BigInt64Array ? Float64Array.from(values, Number) : values;
}

/**
 * The bytes of an .npy file, version 1: magic, header, then the numbers, little-endian, in C order.
 *
 * @param shape - whose product is the number of values
 * @param type - doubles by default, or float32
 *
 * @example
 * await writeFileAtomic('value.npy', npyBytes([[1, 2, 3], [4, 5, 6]], [2, 3])); // numpy.load('value.npy')
 */
export function npyBytes(
  rows: readonly ArrayLike<number>[],
  shape: readonly number[],
  type: WrittenType = '<f8',
): Uint8Array {
  const header = headerOf(shape, type);
  const width = TYPES[type].BYTES_PER_ELEMENT;
  const length = rows.reduce((sum, row) => sum + row.length, 0);
  const bytes = new Uint8Array(header.length + width * length);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  const set = (type === '<f4' ? view.setFloat32 : view.setFloat64).bind(view);
  let offset = header.length;
  for (const row of rows) {
    for (let i = 0; i < row.length; i += 1, offset += width) set(offset, row[i], true);
  }
  return bytes;
}

/** Padded with blanks and ended by a line feed, so that the numbers start at a multiple of 64. */
function headerOf(shape: readonly number[], type: string): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((PREFIX + text.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX;
  const header = Buffer.alloc(PREFIX + length);
  header.write(`${MAGIC}\u0001\u0000`, 'latin1');
  header.writeUInt16LE(length, PREFIX - 2);
  header.write(`${text.padEnd(length - 1)}\n`, PREFIX, 'latin1');
  return header;
}
