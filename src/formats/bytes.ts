import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { HjbLrError } from '../errors.js';
import { dataError } from './problem.js';

/**
 * The bytes of a file, unpacked if they are gzip (which shows in the first two bytes, not in the name).
 *
 * @param remedy - what to do about a file that is not there
 * @throws E_NOT_FOUND if the file cannot be read, E_DATA if its gzip data are cut off or fail their checksum
 */
export async function readBytes(
  file: string,
  remedy = 'Check the path; a relative one starts at the folder of the experiment file.',
): Promise<Uint8Array> {
  const raw = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw notReadable(file, remedy, cause);
  });
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw;
  try {
    return gunzipSync(raw);
  } catch (cause) {
    const reason = `its gzip data are cut off or damaged (${(cause as Error).message})`;
    throw dataError(file, reason, 'Copy the file again.');
  }
}

function notReadable(file: string, remedy: string, cause: NodeJS.ErrnoException): HjbLrError {
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
