import type * as tf from '@tensorflow/tfjs';

/** What kernels use of the wasm back end. A view of its heap is void after the next allocation. */
export interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
  disposeData(dataId: object): boolean;
}
