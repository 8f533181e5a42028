import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { EngineInfo } from '../../artifacts/training-log.js';
import { HjbLrError } from '../../errors.js';
import { repairWasmKernels } from './kernels.js';

export type EngineChoice = 'auto' | 'native' | 'fused' | 'tfjs';
export const ENGINE_CHOICES: readonly EngineChoice[] = ['auto', 'native', 'fused', 'tfjs'];

let opened: EngineInfo | null = null;

/**
 * Sets the back end of this process and says what it is. `auto`: native (tfjs-node) where it is installed and loads,
 * else wasm, else cpu. Must be called before any tensor is made: a tensor of another back end is reinterpreted bit by
 * bit by wasm, which `checkKnownLoss` would catch.
 *
 * @throws E_ENGINE if the engine asked for cannot run here, or if the known loss comes out wrong
 */
export async function openEngine(choice: EngineChoice): Promise<EngineInfo> {
  if (choice === 'fused') {
    throw engineError('The engine "fused" is not part of this release.', 'Use --engine tfjs or --engine auto.');
  }
  if (opened !== null && (choice === 'auto' || choice === opened.engine)) return opened;
  tf.enableProdMode();
  opened = (choice === 'tfjs' ? null : await openNative(choice)) ?? (await openWasm()) ?? (await openCpu());
  checkKnownLoss();
  return opened;
}

/** tfjs-node, an optional dependency whose native library may be missing; null under `auto` if it does not load. */
async function openNative(choice: EngineChoice): Promise<EngineInfo | null> {
  try {
    restoreUtilHelpers();
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
    const require = createRequire(import.meta.url);
    const native = require('@tensorflow/tfjs-node') as { version: Record<string, string> };
    await requireBackend('tensorflow');
    const threads = Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? 1);
    return { engine: 'native', backend: 'tensorflow', kernel: 'libtensorflow', threads, version: native.version['tfjs-node'] };
  } catch (cause) {
    if (choice === 'auto') return null;
    throw engineError(
      'The engine "native" (@tensorflow/tfjs-node) does not load here.',
      'Install it with its native library (npm install @tensorflow/tfjs-node), or use --engine tfjs.',
      cause,
    );
  }
}

async function openWasm(): Promise<EngineInfo | null> {
  try {
    const { setWasmPaths, version_wasm } = await import('@tensorflow/tfjs-backend-wasm');
    const require = createRequire(import.meta.url);
    setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'))}/`);
    await requireBackend('wasm');
    repairWasmKernels();
    return { engine: 'tfjs', backend: 'wasm', kernel: 'xnnpack-simd', threads: 1, version: version_wasm };
  } catch {
    return null;
  }
}

async function openCpu(): Promise<EngineInfo> {
  await requireBackend('cpu');
  return { engine: 'tfjs', backend: 'cpu', kernel: 'javascript', threads: 1, version: tf.version['tfjs-core'] };
}

async function requireBackend(name: string): Promise<void> {
  const set = await tf.setBackend(name);
  await tf.ready();
  if (!set || tf.getBackend() !== name) throw new Error(`back end ${name} did not start`);
}

/**
 * One known loss: softmax cross-entropy of logits (0, 0) is ln 2, with gradient (p - y) = (-1/2, 1/2).
 * @throws E_ENGINE if the back end computes anything else
 */
export function checkKnownLoss(): void {
  const [loss, gradient] = tf.tidy(() => {
    const labels = tf.oneHot(tf.tensor1d([0], 'int32'), 2).toFloat();
    const f = (z: tf.Tensor): tf.Scalar => tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(z)))) as tf.Scalar;
    const { value, grad } = tf.valueAndGrad(f)(tf.zeros([1, 2]));
    return [value.dataSync()[0], [...grad.dataSync()]];
  }) as [number, number[]];
  const wrong = Math.abs(loss - Math.LN2) > 1e-6 || Math.abs(gradient[0] + 0.5) > 1e-6;
  if (wrong) {
    throw engineError(`The back end ${tf.getBackend()} computes a known loss wrongly (${loss} for ln 2).`, 'Use another engine (--engine).');
  }
}

/** tfjs-node 4.22 calls two helpers of `util` that Node 23 dropped. */
function restoreUtilHelpers(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}

function engineError(sentence: string, remedy: string, cause?: unknown): HjbLrError {
  return new HjbLrError('E_ENGINE', sentence, { remedy, cause });
}
