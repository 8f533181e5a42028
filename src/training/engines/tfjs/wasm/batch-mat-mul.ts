import * as tf from '@tensorflow/tfjs';
import type { WasmBackend } from './backend.js';

let repaired = false;

/**
 * Replaces the wasm kernel of the matrix product, which is about 14 times slower on a transposed factor than on the
 * same factor transposed explicitly first; every gradient of a dense layer has one. The transpose of a second factor is
 * kept as long as that factor: an attack multiplies by the same transposed weights at every step.
 */
export function repairBatchMatMul(): void {
  if (repaired) return;
  repaired = true;
  const original = tf.getKernel('BatchMatMul', 'wasm');
  const kernelFunc: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    const wasm = backend as WasmBackend;
    const { transposeA, transposeB } = attrs as { transposeA?: boolean; transposeB?: boolean };
    const a = transposeA === true ? transpose(inputs['a']!, wasm) : inputs['a']!;
    const b = transposeB === true ? keeperOf(wasm)(inputs['b']!) : inputs['b']!;
    const product = original.kernelFunc({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } });
    if (transposeA === true) wasm.disposeData(a.dataId);
    return product;
  };
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({ ...original, kernelFunc });
}

/** The last two axes swapped; the caller frees the result. */
function transpose(x: tf.TensorInfo, backend: WasmBackend): tf.TensorInfo {
  const axes = x.shape.map((_, i) => i);
  const perm = [...axes.slice(0, -2), axes[axes.length - 1], axes[axes.length - 2]];
  return tf.getKernel('Transpose', 'wasm').kernelFunc({ inputs: { x }, backend, attrs: { perm } }) as tf.TensorInfo;
}

type Keeper = (x: tf.TensorInfo) => tf.TensorInfo;

const keepers = new WeakMap<WasmBackend, Keeper>();

function keeperOf(backend: WasmBackend): Keeper {
  const keeper = keepers.get(backend) ?? keepTransposes(backend);
  keepers.set(backend, keeper);
  return keeper;
}

/** Transposes that are made once for each tensor's data, which never change, and freed when those are. */
function keepTransposes(backend: WasmBackend): Keeper {
  const kept = new WeakMap<object, Map<string, tf.TensorInfo>>();
  const dispose = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const freed = dispose(dataId, force);
    const transposes = kept.get(dataId);
    if (!freed || transposes === undefined) return freed;
    kept.delete(dataId);
    transposes.forEach((x) => dispose(x.dataId));
    return freed;
  };
  return (x) => {
    const transposes = kept.get(x.dataId) ?? new Map<string, tf.TensorInfo>();
    kept.set(x.dataId, transposes);
    // Tensors of other shapes may share these data.
    const shape = x.shape.join(',');
    const transposed = transposes.get(shape) ?? transpose(x, backend);
    transposes.set(shape, transposed);
    return transposed;
  };
}
