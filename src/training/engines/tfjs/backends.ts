import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { EngineInfo } from '../../../artifacts/training-log/training-log.js';
import { replaceNativeStep } from './native-step.js';
import { repairBatchMatMul } from './wasm/batch-mat-mul.js';
import { registerFilterGradient } from './wasm/filter-gradient.js';
import { repairInputGradient } from './wasm/input-gradient.js';
import { repairMaxPoolGradient } from './wasm/max-pool-gradient.js';

const requirePackage = createRequire(import.meta.url);

/**
 * tfjs-node: an optional dependency, whose native library may be missing. Rejects if it does not load.
 * @param location - name or folder of the package
 */
export async function openNative(location = '@tensorflow/tfjs-node'): Promise<EngineInfo> {
  restoreUtilHelpers();
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1';
  const native = requirePackage(location) as { version: Readonly<Record<string, string>> };
  await requireBackend('tensorflow');
  replaceNativeStep();
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  const threads = Number(process.env['TF_NUM_INTRAOP_THREADS']);
  return {
    engine: 'native',
    backend: 'tensorflow',
    kernel: `libtensorflow ${binding.TF_Version}`,
    threads,
    version: native.version['tfjs-node'],
  };
}

/** The WebAssembly back end, with the kernels that training needs repaired. Rejects if WebAssembly does not start. */
export async function openWasm(): Promise<EngineInfo> {
  const { setWasmPaths, version_wasm: version } = await import('@tensorflow/tfjs-backend-wasm');
  const binary = requirePackage.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm');
  setWasmPaths(`${path.dirname(binary)}/`);
  await requireBackend('wasm');
  repairBatchMatMul();
  registerFilterGradient();
  repairInputGradient();
  repairMaxPoolGradient();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { engine: 'tfjs', backend: 'wasm', kernel: simd === true ? 'xnnpack-simd' : 'xnnpack', threads: 1, version };
}

/** Plain JavaScript: always there, and ten times slower. */
export async function openCpu(): Promise<EngineInfo> {
  await requireBackend('cpu');
  return { engine: 'tfjs', backend: 'cpu', kernel: 'javascript', threads: 1, version: tf.version['tfjs-core'] };
}

async function requireBackend(name: string): Promise<void> {
  const started = await tf.setBackend(name);
  if (!started) throw new Error(`The back end ${name} did not start.`);
}

/** tfjs-node 4.22 calls two helpers of `util` that Node 23 dropped and earlier ones warn of. */
function restoreUtilHelpers(): void {
  const util = requirePackage('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] = (value: unknown): boolean => value === null || value === undefined;
  util['isArray'] = Array.isArray;
}
