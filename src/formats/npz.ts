import { unzipSync, zipSync, type UnzipFileInfo } from 'fflate';
import { HjbLrError } from '../errors.js';
import { largestData, readBytes, tooLarge } from './bytes.js';
import { npyBytes, parseNpy, type NpyArray } from './npy.js';
import { dataError, listed } from './problem.js';

/** Local midnight: archives hold local time, and the same arrays must give the same bytes everywhere. */
const ARCHIVE_TIME = new Date(1980, 0, 1);

/**
 * Arrays of an NPZ file (numpy.savez or savez_compressed), by their names.
 * @param remedy - what to do about one that is not there
 * @throws E_NOT_FOUND if the file cannot be read; E_DATA if it or an array is missing, damaged or of a wrong type
 */
export async function readArrays(
  file: string,
  names: readonly string[],
  remedy: string,
): Promise<Map<string, NpyArray>> {
  const found: string[] = [];
  const entries = unpacked(await readBytes(file), file, (entry) => {
    found.push(entry.replace(/\.npy$/, ''));
    return names.includes(found.at(-1)!);
  });
  const missing = names.filter((name) => entries[`${name}.npy`] === undefined);
  if (missing.length > 0) {
    const reason = `no array "${missing.join('", "')}"; there are: ${listed(found)}`;
    throw dataError(file, reason, remedy);
  }
  return new Map(names.map((name) => [name, parseNpy(entries[`${name}.npy`], `${file}, array "${name}"`)]));
}

function unpacked(bytes: Uint8Array, file: string, wanted: (name: string) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: (entry) => isWanted(entry, file, wanted) });
  } catch (cause) {
    if (cause instanceof HjbLrError) throw cause;
    const reason = `not an NPZ (zip) file, or cut off (${(cause as Error).message})`;
    throw dataError(file, reason, 'Write it with numpy.savez, or copy it again.');
  }
}

/** An entry gets a buffer of the size that it names before it is unpacked, and no more. @throws E_LIMIT */
function isWanted({ name, originalSize }: UnzipFileInfo, file: string, wanted: (name: string) => boolean): boolean {
  if (!wanted(name)) return false;
  if (originalSize > largestData()) throw tooLarge(`${file}, "${name}",`, largestData());
  return true;
}

/** An array to be written as float32. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** The bytes of an NPZ file (`numpy.load`) of float32 arrays; not compressed: the same arrays give the same bytes. */
export function npzBytes(arrays: readonly NamedArray[]): Uint8Array {
  const entries = arrays.map(({ name, shape, values }) => [`${name}.npy`, npyBytes([values], shape, '<f4')]);
  return zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>, { level: 0, mtime: ARCHIVE_TIME });
}
