import { readBytes } from './bytes.js';
import { dataError, type RawTable } from './table.js';

const UNSIGNED_BYTE = 0x08;

/** An IDX pair (MNIST's format, gzip or not): unsigned bytes, images [n, h, w] and labels [n]. */
export async function readIdxPair(images: string, labels: string): Promise<RawTable> {
  const pictures = parseIdx(await readBytes(images), images, 3);
  const classes = parseIdx(await readBytes(labels), labels, 1);
  if (pictures.shape[0] !== classes.shape[0]) {
    throw dataError(images, `${pictures.shape[0]} images, but ${classes.shape[0]} labels in ${labels}`, 'Give files of one set.', []);
  }
  return {
    inputShape: [pictures.shape[1], pictures.shape[2], 1],
    inputs: Float32Array.from(pictures.values),
    labels: Int32Array.from(classes.values),
  };
}

/** Header: two zero bytes, the type, the number of axes, their lengths as big-endian 32-bit integers; then the values. */
function parseIdx(bytes: Uint8Array, file: string, axes: number): { shape: number[]; values: Uint8Array } {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== UNSIGNED_BYTE || bytes[3] !== axes) {
    throw dataError(file, `not an IDX file of unsigned bytes with ${axes} axes`, 'Check that images and labels are not swapped.', []);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = 4 + 4 * axes;
  if (bytes.length < header) throw dataError(file, 'cut off within its header', 'Copy the file again.', []);
  const shape = Array.from({ length: axes }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = shape.reduce((product, n) => product * n, 1);
  if (bytes.length - header !== expected) {
    throw dataError(file, `holds ${bytes.length - header} values; its header says ${expected}`, 'Copy the file again.', []);
  }
  return { shape, values: bytes.subarray(header) };
}
