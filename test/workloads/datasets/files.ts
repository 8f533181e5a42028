import { mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { dataSchema, type DataSpec } from '../../../src/artifacts/experiment/experiment.js';
import { HjbLrError } from '../../../src/errors.js';
import { loadDataset } from '../../../src/workloads/datasets/index.js';
import type { Dataset } from '../../../src/workloads/workload.js';

/** A new folder with these files in it. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-data-'));
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(path.join(folder, name), content)));
  return folder;
}

/** Writes the files and loads the data set that `spec` (defaults filled in as a user's would be) describes. */
export async function load(spec: object, files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Dataset> {
  const resolved: DataSpec = dataSchema.parse(spec);
  return loadDataset(resolved, { baseDirectory: await folderWith(files) });
}

/** The error with which loading fails. */
export async function failure(
  spec: object,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<HjbLrError> {
  const outcome: unknown = await load(spec, files).catch((error: unknown) => error);
  if (outcome instanceof HjbLrError) return outcome;
  throw new Error(`expected an HjbLrError, got ${String(outcome)}`);
}

/** IDX bytes; `type` 0x08 is unsigned bytes. */
export function idx(shape: readonly number[], values: ArrayLike<number>, type = 0x08): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((n, axis) => new DataView(bytes.buffer).setUint32(4 + 4 * axis, n));
  bytes.set(Array.from(values), 4 + 4 * shape.length);
  return bytes;
}

/** NPY version 1 bytes of an array in C order. */
export function npy(
  type: string,
  shape: readonly number[],
  values: Uint8Array | Float64Array | Int32Array,
): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const header = text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11) + '\n';
  const length = [header.length & 255, header.length >> 8];
  const body = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 1, 0, ...length, ...Buffer.from(header), ...body]);
}

export function npz(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])));
}

/** All examples of the three splits as "input values -> label", sorted. */
export function rows({ train, validation, test }: Dataset): string[] {
  const parts = [train, validation, test].flatMap(({ count, inputs, labels }) => {
    const width = inputs.length / count;
    return Array.from(labels, (label, i) => `${inputs.slice(i * width, (i + 1) * width).join(' ')} -> ${label}`);
  });
  return parts.sort();
}
