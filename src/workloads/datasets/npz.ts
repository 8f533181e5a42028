import { unzipSync } from 'fflate';
import { readBytes } from './bytes.js';
import { dataError, type RawTable } from './table.js';

interface NpyArray {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint>;
}

type Reader = (buffer: ArrayBuffer) => ArrayLike<number | bigint>;

const READERS: Readonly<Record<string, Reader>> = {
  '|u1': (buffer) => new Uint8Array(buffer),
  '|i1': (buffer) => new Int8Array(buffer),
  '<i2': (buffer) => new Int16Array(buffer),
  '<i4': (buffer) => new Int32Array(buffer),
  '<i8': (buffer) => new BigInt64Array(buffer),
  '<f4': (buffer) => new Float32Array(buffer),
  '<f8': (buffer) => new Float64Array(buffer),
};

/** Two arrays of an NPZ file: inputs [n, ...shape] and integer labels [n]. Images [n, h, w] get a channel axis. */
export async function readNpz(file: string, names: { inputs: string; labels: string }): Promise<RawTable> {
  const entries = unzip(await readBytes(file), file);
  const array = (name: string): NpyArray => {
    const bytes = entries[`${name}.npy`];
    if (bytes === undefined) {
      const found = Object.keys(entries).map((entry) => entry.replace(/\.npy$/, ''));
      throw dataError(file, `no array "${name}"; there are: ${found.join(', ')}`, 'Name them in "inputs" and "labels".', []);
    }
    return parseNpy(bytes, `${file}/${name}`);
  };
  const inputs = array(names.inputs);
  const labels = Float64Array.from(array(names.labels).values, Number);
  const fractional = labels.findIndex((label) => !Number.isInteger(label));
  if (fractional >= 0) {
    throw dataError(file, `label ${fractional} is ${labels[fractional]}, not an integer`, 'Give classes as integers 0, 1, 2, ...', []);
  }
  const shape = inputs.shape.slice(1);
  return {
    inputShape: shape.length === 2 ? [...shape, 1] : shape,
    inputs: Float32Array.from(inputs.values, Number),
    labels: Int32Array.from(labels),
  };
}

function unzip(bytes: Uint8Array, file: string): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes);
  } catch {
    throw dataError(file, 'not an NPZ (zip) file', 'Write it with numpy.savez.', []);
  }
}

/** NPY 1.0 to 3.0: magic, version, header length, a Python dict literal, then the values. */
function parseNpy(bytes: Uint8Array, file: string): NpyArray {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, Math.min(bytes.length, 4096)));
  if (!text.startsWith('\u0093NUMPY')) throw dataError(file, 'not an NPY array', 'Write it with numpy.savez.', []);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] >= 2;
  const start = (wide ? 12 : 10) + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const type = /'descr':\s*'([^']+)'/.exec(text)?.[1] ?? 'unknown';
  const reader = READERS[type];
  if (reader === undefined) {
    throw dataError(file, `type ${type} is not supported`, `Convert it to one of ${Object.keys(READERS).join(', ')}.`, []);
  }
  if (/'fortran_order':\s*True/.test(text)) throw dataError(file, 'is in Fortran order', 'Write numpy.ascontiguousarray of it.', []);
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(text)?.[1] ?? '').split(',').map((part) => part.trim()).filter(Boolean).map(Number);
  const values = reader(bytes.slice(start).buffer);
  const expected = shape.reduce((product, n) => product * n, 1);
  if (values.length !== expected) throw dataError(file, `holds ${values.length} values; its shape says ${expected}`, 'Copy the file again.', []);
  return { shape, values };
}
