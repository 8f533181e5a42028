import * as tf from '@tensorflow/tfjs';
import type { WasmBackend } from './backend.js';

let repaired = false;

/**
 * Replaces the wasm kernel of the gradient of max pooling, which gives no gradient to windows whose values are all
 * negative (tfjs-backend-wasm 4.22): each window passes its upstream gradient on to the first of its largest values.
 */
export function repairMaxPoolGradient(): void {
  if (repaired) return;
  repaired = true;
  const original = tf.getKernel('MaxPoolGrad', 'wasm');
  const kernelFunc: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    const wasm = backend as WasmBackend;
    const input = inputs['input']!;
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolingAttributes;
    const shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const gradient = wasm.makeOutput(input.shape, 'float32');
    const [x, dy, dx] = [input, inputs['dy']!, gradient].map((tensor) => wasm.typedArrayFromHeap(tensor));
    passToLargest(x, dy, info, dx.fill(0));
    return gradient;
  };
  tf.unregisterKernel('MaxPoolGrad', 'wasm');
  tf.registerKernel({ ...original, kernelFunc });
}

interface PoolingAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Adds every dy to dx at the position of the largest x of its window. */
function passToLargest(x: Float32Array, dy: Float32Array, info: tf.backend_util.Conv2DInfo, dx: Float32Array): void {
  const { batchSize, outHeight, outWidth, inChannels } = info;
  let source = 0;
  for (let image = 0; image < batchSize; image += 1) {
    for (let row = 0; row < outHeight; row += 1) {
      for (let column = 0; column < outWidth; column += 1) {
        for (let channel = 0; channel < inChannels; channel += 1) {
          dx[largest(x, info, image, row, column, channel)] += dy[source];
          source += 1;
        }
      }
    }
  }
}

/** Index of the first largest value that a window sees of a channel. */
function largest(
  x: Float32Array,
  info: tf.backend_util.Conv2DInfo,
  image: number,
  row: number,
  column: number,
  channel: number,
): number {
  const { inHeight, inWidth, inChannels, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const top = Math.max(0, row * strideHeight - padInfo.top);
  const left = Math.max(0, column * strideWidth - padInfo.left);
  const bottom = Math.min(inHeight, row * strideHeight - padInfo.top + filterHeight);
  const right = Math.min(inWidth, column * strideWidth - padInfo.left + filterWidth);
  let best = ((image * inHeight + top) * inWidth + left) * inChannels + channel;
  for (let y = top; y < bottom; y += 1) {
    for (let z = left; z < right; z += 1) {
      const index = ((image * inHeight + y) * inWidth + z) * inChannels + channel;
      if (x[index] > x[best]) best = index;
    }
  }
  return best;
}
