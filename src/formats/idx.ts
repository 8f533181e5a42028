import { size } from '../math/shape.js';
import { dataError } from './problem.js';

/** An array of unsigned bytes in C order. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX array of unsigned bytes (MNIST's format): two zero bytes, the type, the number of axes, their lengths as
 * big-endian 32-bit integers; then the values.
 *
 * @param axes - how many there must be
 * @throws E_DATA if it is no such array or is cut off
 */
export function parseIdx(bytes: Uint8Array, file: string, axes: number): IdxArray {
  checkMagic(bytes, file, axes);
  const header = 4 + 4 * axes;
  if (bytes.length < header) throw dataError(file, 'cut off within its header', 'Copy the file again.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const values = bytes.subarray(header);
  if (values.length !== size(shape)) {
    const reason = `holds ${values.length} values where its header says ${shape.join(' x ')}`;
    throw dataError(file, reason, 'Copy the file again.');
  }
  return { shape, values };
}

function checkMagic(bytes: Uint8Array, file: string, axes: number): void {
  const [zero, alsoZero, type, found] = bytes;
  if (zero !== 0 || alsoZero !== 0 || found === undefined) {
    const remedy = 'Give an IDX file, which starts with two zero bytes; for a table use "format": "csv" or "npz".';
    throw dataError(file, 'not an IDX file', remedy);
  }
  if (type !== UNSIGNED_BYTE) {
    const reason = `values of IDX type 0x${type.toString(16).padStart(2, '0')}`;
    throw dataError(file, reason, 'Convert them to unsigned bytes (type 0x08).');
  }
  if (found !== axes) {
    const reason = `an array of ${found} axes where ${axes} are needed`;
    throw dataError(file, reason, 'Check that "images" (3 axes) and "labels" (1 axis) are not swapped.');
  }
}
