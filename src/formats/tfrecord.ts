import { shapeError } from './problem.js';

/** Bytes of a record beside its data: length (8), its checksum (4), and the checksum of the data (4). */
const HEADER = 12;
const FOOTER = 4;

/** The records of a file, and how many bytes at its end are of one that was cut off. */
export interface Records {
  readonly records: readonly Uint8Array[];
  readonly torn: number;
}

/**
 * The records of a TFRecord file: length (uint64) | masked crc32c of the length | data | masked crc32c of the data, all little
 * endian. A last record that was cut off is left out and told.
 *
 * @throws E_SHAPE naming the byte at which a checksum fails
 */
export function readRecords(bytes: Uint8Array, file: string): Records {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  let start = 0;
  while (start + HEADER <= bytes.length) {
    requireChecksum(bytes.subarray(start, start + 8), view.getUint32(start + 8, true), file, start);
    const length = Number(view.getBigUint64(start, true));
    const end = start + HEADER + length;
    if (end + FOOTER > bytes.length) break;
    const data = bytes.subarray(start + HEADER, end);
    requireChecksum(data, view.getUint32(end, true), file, start);
    records.push(data);
    start = end + FOOTER;
  }
  return { records, torn: bytes.length - start };
}

/** Whether a file begins with the length of a record and its checksum. */
export function isRecordFile(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return maskedCrc32c(bytes.subarray(0, 8)) === view.getUint32(8, true);
}

function requireChecksum(data: Uint8Array, expected: number, file: string, start: number): void {
  if (maskedCrc32c(data) === expected) return;
  throw shapeError(
    file,
    `a checksum fails in the record at byte ${start}`,
    'Copy the file again: it is damaged there.',
  );
}

/** crc32c as TensorFlow stores it: turned right by 15 bits, plus a constant. */
export function maskedCrc32c(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** CRC-32C (Castagnoli): the reflected polynomial 0x82f63b78, RFC 3720, appendix B.4. (Node's zlib has CRC-32 alone.) */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});
