import * as tf from '@tensorflow/tfjs';

/** What kernels use of the wasm back end. A view of its heap is void after the next allocation. */
export interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
  /** Frees data that nothing else refers to; says whether they are gone. */
  disposeData(dataId: object, force?: boolean): boolean;
}

/** Largest patch matrix of a convolution that is laid out at once, in numbers: 32 MB. */
export const PATCH_LIMIT = 8e6;

/** [batch, height, width, channels], or [height, width, channels in, channels out] of a filter. */
export type Shape4D = [number, number, number, number];

/** a b, or a b^T; the caller frees the result. */
export function multiply(
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  backend: WasmBackend,
  { transposeB }: { readonly transposeB: boolean },
): tf.TensorInfo {
  const { kernelFunc } = tf.getKernel('BatchMatMul', 'wasm');
  return kernelFunc({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB } }) as tf.TensorInfo;
}
