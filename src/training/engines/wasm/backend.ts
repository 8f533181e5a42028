import type * as tf from '@tensorflow/tfjs';

/** What kernels use of the wasm back end. A view of its heap is void after the next allocation. */
export interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
  /** Frees data that nothing else refers to; says whether they are gone. */
  disposeData(dataId: object, force?: boolean): boolean;
}
