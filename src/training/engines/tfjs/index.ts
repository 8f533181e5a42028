import * as tf from '@tensorflow/tfjs';
import type { EngineInfo } from '../../../artifacts/training-log/training-log.js';
import { HjbLrError } from '../../../errors.js';
import type { Engine } from '../engine.js';
import { openCpu, openNative, openWasm } from './backends.js';
import { createTensorNetwork } from './network.js';
import { passedLogits } from './passes.js';

/** The engine that has set the back end of this process. */
let running: 'native' | 'tfjs' | null = null;

/**
 * TensorFlow.js on the native library, or on the wasm back end with its kernels repaired (cpu where WebAssembly does
 * not start).
 * @throws E_ENGINE if it does not load, another of them runs already, or tensors of another back end exist
 */
export async function openTensorEngine(name: 'native' | 'tfjs'): Promise<Engine> {
  if (running !== null && running !== name) {
    throw engineError(`This process runs the engine "${running}" already.`, 'Use one of native and tfjs in a process.');
  }
  const before = { tensors: tf.engine().state.numTensors, backend: tf.engine().backendName };
  tf.enableProdMode();
  const info = name === 'native' ? await openNative().catch(nativeFailed) : await openWasm().catch(openCpu);
  if (before.tensors > 0 && before.backend !== info.backend) throw madeTooEarly(before.tensors, before.backend);
  running = name;
  return tensorEngine(info);
}

/** The engine of the back end that is set. */
export function tensorEngine(info: EngineInfo): Engine {
  return {
    info,
    build: `${info.engine} ${info.backend} ${info.kernel} ${info.version}`,
    createNetwork(model, data, capacity) {
      const { parameterShapes } = model;
      const ascends = info.engine === 'native';
      return createTensorNetwork(passedLogits(model), { ...data, parameterShapes, capacity, ascends });
    },
  };
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
    'Build it by npm run native in the checkout of hjb-lr, or use another engine, such as --engine tfjs.',
    cause,
  );
}

function engineError(sentence: string, remedy: string, cause?: unknown): HjbLrError {
  return new HjbLrError('E_ENGINE', sentence, { remedy, cause });
}
