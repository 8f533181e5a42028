import * as tf from '@tensorflow/tfjs';
import { multiply, PATCH_LIMIT, type Shape4D, type WasmBackend } from './backend.js';

/**
 * Gives the wasm back end the one kernel that training a convolution lacks, the gradient in the filter:
 *   dW[i, j, c, f] = sum_{b, y, x} X[b, s y + i - p, s x + j - p, c] dY[b, y, x, f]
 * for stride s and padding p, as the product of the patches of X, one row for each tap (i, j) and channel c, with dY.
 * Inputs are [batch, height, width, channels] (the only order that wasm trains); dilation is 1.
 */
export function registerFilterGradient(): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm') !== undefined) return;
  const kernelFunc: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    const x = inputs['x']!;
    const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as ConvolutionAttributes;
    const shape = x.shape as Shape4D;
    const info = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode);
    return filterGradient(x, inputs['dy']!, info, backend as WasmBackend);
  };
  tf.registerKernel({ kernelName: 'Conv2DBackpropFilter', backendName: 'wasm', kernelFunc });
}

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly filterShape: Shape4D;
}

function filterGradient(
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo,
  backend: WasmBackend,
): tf.TensorInfo {
  const { batchSize, outHeight, outWidth, inChannels, outChannels } = info;
  const positions = batchSize * outHeight * outWidth;
  const taps = info.filterHeight * info.filterWidth;
  const tapsAtOnce = Math.max(1, Math.min(taps, Math.floor(PATCH_LIMIT / (inChannels * positions))));
  const outputs = { ...dy, shape: [positions, outChannels] };
  const gradient = backend.makeOutput([...info.filterShape], 'float32');
  for (let first = 0; first < taps; first += tapsAtOnce) {
    const last = Math.min(taps, first + tapsAtOnce);
    const patches = backend.makeOutput([(last - first) * inChannels, positions], 'float32');
    layOutPatches(backend.typedArrayFromHeap(x), info, first, last, backend.typedArrayFromHeap(patches));
    const product = multiply(patches, outputs, backend, { transposeB: false });
    const target = backend.typedArrayFromHeap(gradient);
    target.set(backend.typedArrayFromHeap(product), first * inChannels * outChannels);
    backend.disposeData(patches.dataId);
    backend.disposeData(product.dataId);
  }
  return gradient;
}

/** Row (tap - first) inChannels + c, column (b, y, x): what the tap sees of channel c there, 0 in the padding. */
function layOutPatches(
  input: Float32Array,
  info: tf.backend_util.Conv2DInfo,
  first: number,
  last: number,
  patches: Float32Array,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  let target = 0;
  for (let tap = first; tap < last; tap += 1) {
    const top = Math.floor(tap / info.filterWidth) - info.padInfo.top;
    const left = (tap % info.filterWidth) - info.padInfo.left;
    for (let channel = 0; channel < inChannels; channel += 1) {
      for (let image = 0; image < batchSize; image += 1) {
        for (let y = 0; y < outHeight; y += 1) {
          const row = y * strideHeight + top;
          const inside = row >= 0 && row < inHeight;
          const start = (image * inHeight + row) * inWidth;
          for (let x = 0; x < outWidth; x += 1) {
            const column = x * strideWidth + left;
            const seen = inside && column >= 0 && column < inWidth;
            patches[target] = seen ? input[(start + column) * inChannels + channel] : 0;
            target += 1;
          }
        }
      }
    }
  }
}
