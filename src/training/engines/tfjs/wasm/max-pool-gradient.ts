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

/** Adds every dy to dx at the position of the first largest x of its window. */
function passToLargest(x: Float32Array, dy: Float32Array, info: tf.backend_util.Conv2DInfo, dx: Float32Array): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = info;
  let source = 0;
  for (let image = 0; image < batchSize; image += 1) {
    for (let outRow = 0; outRow < outHeight; outRow += 1) {
      const above = outRow * info.strideHeight - info.padInfo.top;
      const [top, bottom] = [Math.max(0, above), Math.min(inHeight, above + filterHeight)];
      for (let outColumn = 0; outColumn < outWidth; outColumn += 1) {
        const before = outColumn * info.strideWidth - info.padInfo.left;
        const [left, right] = [Math.max(0, before), Math.min(inWidth, before + filterWidth)];
        const corner = (image * inHeight + top) * inWidth + left;
        for (let channel = 0; channel < inChannels; channel += 1) {
          let best = corner * inChannels + channel;
          for (let row = 0; row < bottom - top; row += 1) {
            const start = (corner + row * inWidth) * inChannels + channel;
            const end = start + (right - left) * inChannels;
            for (let index = start; index < end; index += inChannels) if (x[index] > x[best]) best = index;
          }
          dx[best] += dy[source];
          source += 1;
        }
      }
    }
  }
}
