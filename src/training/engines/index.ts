import * as tf from '@tensorflow/tfjs';
import type { EngineInfo } from '../../artifacts/training-log.js';
import { HjbLrError } from '../../errors.js';
import { openCpu, openNative, openWasm } from './backends.js';

export type EngineChoice = 'auto' | 'native' | 'fused' | 'tfjs';
export const ENGINE_CHOICES: readonly EngineChoice[] = ['auto', 'native', 'fused', 'tfjs'];

/** Largest error of the known loss and its gradient: four roundings of float32. */
const KNOWN_LOSS_TOLERANCE = 5e-7;

let opening: Promise<EngineInfo> | null = null;

/**
 * Sets the back end of this process and says what it is. `auto`: native (tfjs-node) where it is installed and loads,
 * else `tfjs`: wasm, repaired,, or cpu where WebAssembly does not start. One process has one engine, and
 * it must be opened before any tensor is made.
 *
 * @returns engine, back end, kernel, threads and version, as training logs name them
 * @throws E_ENGINE if the engine asked for cannot run here or another one runs already, if tensors of another back end
 * exist, or if a known loss comes out wrong
 */
export async function openEngine(choice: EngineChoice): Promise<EngineInfo> {
  if (choice === 'fused') {
    throw engineError('The engine "fused" is not part of this release.', 'Use --engine tfjs or --engine auto.');
  }
  opening ??= open(choice);
  const engine = await opening.catch((error: unknown) => {
    opening = null;
    throw error;
  });
  if (choice === 'auto' || choice === engine.engine) return engine;
  throw engineError(`This process runs the engine "${engine.engine}" already.`, 'Use one engine in a process.');
}

async function open(choice: EngineChoice): Promise<EngineInfo> {
  const before = { tensors: tf.engine().state.numTensors, backend: tf.engine().backendName };
  tf.enableProdMode();
  const engine = await firstThatOpens(choice);
  if (before.tensors > 0 && before.backend !== engine.backend) throw madeTooEarly(before.tensors, before.backend);
  checkKnownLoss();
  return engine;
}

async function firstThatOpens(choice: EngineChoice): Promise<EngineInfo> {
  if (choice === 'native') return openNative().catch(nativeFailed);
  const native = choice === 'auto' ? await openNative().catch(() => null) : null;
  return native ?? (await openWasm().catch(() => null)) ?? openCpu();
}

/**
 * Softmax cross-entropy of logits (0, 0) and its gradient: ln 2 and p - y = (-1/2, 1/2), if the back end is sound and
 * the labels are its own.
 *
 * @param labels - one-hot labels [1, 2] of class 0; made here by default
 * @throws E_ENGINE if the current back end computes anything else
 */
export function checkKnownLoss(labels?: tf.Tensor2D): void {
  const [loss, first, second] = tf.tidy(() => {
    const y = labels ?? (tf.oneHot(tf.tensor1d([0], 'int32'), 2).toFloat() as tf.Tensor2D);
    const crossEntropy = (z: tf.Tensor): tf.Scalar => tf.neg(tf.sum(tf.mul(y, tf.logSoftmax(z))));
    const { value, grad } = tf.valueAndGrad(crossEntropy)(tf.zeros([1, 2]));
    return [...value.dataSync(), ...grad.dataSync()];
  });
  const error = Math.max(Math.abs(loss - Math.LN2), Math.abs(first + 0.5), Math.abs(second - 0.5));
  if (error <= KNOWN_LOSS_TOLERANCE) return;
  throw engineError(
    `The back end ${tf.getBackend()} computes a known loss wrongly: ${loss} in place of ln 2.`,
    'Use another engine (--engine), and make no tensor before the engine is opened.',
  );
}

/** A tensor of another back end is reinterpreted bit by bit: 1 becomes 1e-45, and losses are silently 0. */
function madeTooEarly(tensors: number, backend: string): HjbLrError {
  return engineError(
    `${tensors} tensors were made on the back end ${backend} before the engine was opened; they would be misread.`,
    'Make tensors inside functions, not when a workload module is loaded.',
  );
}

function nativeFailed(cause: unknown): never {
  throw engineError(
    'The engine "native" (@tensorflow/tfjs-node) does not load here.',
    'Install it with its native library (npm install @tensorflow/tfjs-node), or use --engine tfjs.',
    cause,
  );
}

function engineError(sentence: string, remedy: string, cause?: unknown): HjbLrError {
  return new HjbLrError('E_ENGINE', sentence, { remedy, cause });
}
