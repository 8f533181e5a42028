const MAGIC = '\u0093NUMPY\u0001\u0000';

/** Bytes of the magic, the version and the length of the header. */
const PREFIX = 10;
const ALIGNMENT = 64;

/** Bytes of a number, by NumPy's names. */
const BYTES = { '<f8': 8, '<f4': 4 } as const;

/**
 * A NumPy file (NumPy enhancement proposal 1, version 1): magic, header, then the numbers, little-endian, in C order.
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
  type: keyof typeof BYTES = '<f8',
): Uint8Array {
  const header = headerOf(shape, type);
  const length = rows.reduce((sum, row) => sum + row.length, 0);
  const bytes = new Uint8Array(header.length + BYTES[type] * length);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  let offset = header.length;
  for (const row of rows) {
    for (let i = 0; i < row.length; i += 1, offset += BYTES[type]) {
      if (type === '<f4') view.setFloat32(offset, row[i], true);
      else view.setFloat64(offset, row[i], true);
    }
  }
  return bytes;
}

/** The numbers of a file that `npyBytes` made of doubles. */
export function npyDoubles(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = PREFIX + view.getUint16(PREFIX - 2, true);
  const count = (bytes.byteLength - start) / BYTES['<f8'];
  return Float64Array.from({ length: count }, (_, i) => view.getFloat64(start + i * BYTES['<f8'], true));
}

/** Padded with blanks and ended by a line feed, so that the numbers start at a multiple of 64. */
function headerOf(shape: readonly number[], type: string): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((PREFIX + text.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX;
  const header = Buffer.alloc(PREFIX + length);
  header.write(MAGIC, 'latin1');
  header.writeUInt16LE(length, PREFIX - 2);
  header.write(`${text.padEnd(length - 1)}\n`, PREFIX, 'latin1');
  return header;
}
