import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'fflate';
import { HjbLrError } from '../../errors.js';
import { dataError } from './table.js';

/** The bytes of a file, unpacked if they are gzip. */
export async function readBytes(file: string): Promise<Uint8Array> {
  const raw = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new HjbLrError('E_NOT_FOUND', `Cannot read ${file} (${cause.code ?? 'unknown'}).`, {
      remedy: 'Check the path; it is relative to the experiment file.',
      fields: { file },
      cause,
    });
  });
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw;
  try {
    return gunzipSync(raw);
  } catch {
    throw dataError(file, 'the gzip data are damaged', 'Copy the file again.', []);
  }
}
