import { open, type FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { HjbLrError } from '../errors.js';
import { notReadable } from './bytes.js';
import { dataError } from './problem.js';

/** Bytes that are read at a time. */
const CHUNK = 1 << 18;

/** Characters of one line at most. */
export const LONGEST_LINE = 1 << 26;

/** One line of a text. */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Whether a line feed ends it: the last line of a file that was cut off has none. */
  readonly isWhole: boolean;
}

/**
 * The lines of a text in UTF-8, some at a time, so that memory does not grow with its length. A byte-order mark is left out; lines may
 * end in CR LF, of which the CR stays.
 *
 * @throws E_NOT_FOUND if the file cannot be read; E_DATA if it is UTF-16; E_LIMIT for a line beyond `LONGEST_LINE`
 */
export async function* lineBatches(file: string): AsyncGenerator<readonly Line[]> {
  const handle = await open(file).catch((cause: NodeJS.ErrnoException) => {
    throw notReadable(file, 'Check the path.', cause);
  });
  try {
    yield* batchesOf(handle, file);
  } finally {
    await handle.close();
  }
}

async function* batchesOf(handle: FileHandle, file: string): AsyncGenerator<readonly Line[]> {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.allocUnsafe(CHUNK);
  let rest = '';
  let number = 0;
  const line = (text: string, isWhole: boolean): Line => {
    number += 1;
    return { text: number === 1 ? text.replace(/^\uFEFF/, '') : text, number, isWhole };
  };
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK).catch((cause: NodeJS.ErrnoException) => {
      throw notReadable(file, 'Check the path.', cause);
    });
    if (bytesRead === 0) break;
    const text = decoder.write(buffer.subarray(0, bytesRead));
    if (text.includes('\0')) throw notUtf8(file, number + 1);
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    if (rest.length > LONGEST_LINE) throw tooLong(file, number + 1);
    if (parts.length > 0) yield parts.map((part) => line(part, true));
  }
  rest += decoder.end();
  if (rest !== '') yield [line(rest, false)];
}

function notUtf8(file: string, number: number): HjbLrError {
  return dataError(
    file,
    `not a text in UTF-8 at line ${number}`,
    'Write it as UTF-8: it looks like UTF-16, or cut off.',
  );
}

function tooLong(file: string, number: number): HjbLrError {
  return new HjbLrError('E_LIMIT', `${file} has a line of more than ${LONGEST_LINE} characters.`, {
    remedy: 'Write one row in a line.',
    fields: { file, line: number },
  });
}
