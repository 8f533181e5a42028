import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { HjbLrError } from '../errors.js';
import { dataError } from './problem.js';

/**
 * The bytes of a file, unpacked if they are gzip (which shows in the first two bytes, not in the name).
 *
 * @param remedy - what to do about a file that is not there
 * @throws E_NOT_FOUND if the file cannot be read, E_DATA if its gzip data are cut off or fail their checksum, E_LIMIT if it holds more,
 * as it is or unpacked, than `largestData` allows: no more than that is ever in memory
 */
export async function readBytes(
  file: string,
  remedy = 'Check the path; a relative one starts at the folder of the experiment file.',
): Promise<Uint8Array> {
  const limit = largestData();
  const status = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw notReadable(file, remedy, cause);
  });
  if (status.size > limit) throw tooLarge(file, limit);
  const raw = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw notReadable(file, remedy, cause);
  });
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw;
  try {
    return gunzipSync(raw, { maxOutputLength: limit });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(file, limit);
    const reason = `its gzip data are cut off or damaged (${(cause as Error).message})`;
    throw dataError(file, reason, 'Copy the file again.');
  }
}

/** Megabytes of one data file, unpacked, unless `HJB_LR_DATA_MB` says otherwise. */
const LARGEST_DATA_MB = 256;

/** Bytes that one data file may have, unpacked. @throws E_USAGE for a limit that is no positive number */
export function largestData(): number {
  const given = process.env['HJB_LR_DATA_MB'];
  const megabytes = given === undefined || given === '' ? LARGEST_DATA_MB : Number(given);
  if (megabytes > 0 && megabytes <= 2047) return Math.floor(megabytes * 2 ** 20);
  throw new HjbLrError('E_USAGE', `The limit of data files, "${given}", is no number of megabytes up to 2047.`, {
    remedy: 'Give --data-limit, or HJB_LR_DATA_MB, a number such as 1024.',
    fields: { given },
  });
}

/** The error for a data file that holds more than is allowed. */
export function tooLarge(file: string, limit: number): HjbLrError {
  return new HjbLrError('E_LIMIT', `${file} holds more than ${Math.round(limit / 2 ** 20)} MB, unpacked.`, {
    remedy: 'If these are your data, raise the limit: --data-limit MEGABYTES (or HJB_LR_DATA_MB).',
    fields: { file, limit },
  });
}

/** The error for a file that cannot be read. */
export function notReadable(file: string, remedy: string, cause: NodeJS.ErrnoException): HjbLrError {
  const code = cause.code ?? 'unknown';
  return new HjbLrError('E_NOT_FOUND', `Cannot read ${file} (${code}).`, {
    remedy: code === 'EISDIR' ? 'Give a file, not a folder.' : remedy,
    fields: { file, cause: code },
    cause,
  });
}

/** A text in UTF-8 without its byte-order mark; one in UTF-16, with such a mark or in Latin letters, is made UTF-8. */
export function utf8Of(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  const encoding = wideEncoding(bytes);
  return encoding === null ? bytes : new TextEncoder().encode(new TextDecoder(encoding).decode(bytes));
}

function wideEncoding(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a > 0 && b === 0 && c > 0 && d === 0)) return 'utf-16le';
  return (a === 0xfe && b === 0xff) || (a === 0 && b > 0 && c === 0 && d > 0) ? 'utf-16be' : null;
}
