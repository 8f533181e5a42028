import * as tf from '@tensorflow/tfjs';
import { multiply, PATCH_LIMIT, type Shape4D, type WasmBackend } from './backend.js';

let repaired = false;

/**
 * Replaces the wasm kernel of a convolution's gradient in its input, a plain loop that takes most of an attack's time:
 *   dX[b, s y + i - p, s x + j - p, c] = sum over (y, x, i, j) of sum_f dY[b, y, x, f] W[i, j, c, f]
 * as the product of dY with the transposed filter, whose rows are then added where they belong. Inputs are
 * [batch, height, width, channels] (other orders take the old kernel); dilation is 1.
 */
export function repairInputGradient(): void {
  if (repaired) return;
  repaired = true;
  const original = tf.getKernel('Conv2DBackpropInput', 'wasm');
  const kernelFunc: tf.KernelFunc = (call) => {
    const { strides, pad, dataFormat, dimRoundingMode, inputShape } = call.attrs as unknown as ConvolutionAttributes;
    if (dataFormat === 'NCHW') return original.kernelFunc(call);
    const filter = call.inputs['filter']!;
    const shape = filter.shape as Shape4D;
    const info = tf.backend_util.computeConv2DInfo(inputShape, shape, strides, 1, pad, dimRoundingMode);
    return inputGradient(call.inputs['dy']!, filter, info, call.backend as WasmBackend);
  };
  tf.unregisterKernel('Conv2DBackpropInput', 'wasm');
  tf.registerKernel({ ...original, kernelFunc });
}

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly inputShape: Shape4D;
}

/** As many images at once as the patch limit allows. */
function inputGradient(
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo,
  backend: WasmBackend,
): tf.TensorInfo {
  const { batchSize, outHeight, outWidth, outChannels, filterHeight, filterWidth, inChannels } = info;
  const positions = outHeight * outWidth;
  const patch = filterHeight * filterWidth * inChannels;
  const imagesAtOnce = Math.max(1, Math.min(batchSize, Math.floor(PATCH_LIMIT / (positions * patch))));
  const weights = { ...filter, shape: [patch, outChannels] };
  const gradient = backend.makeOutput([...info.inShape], 'float32');
  backend.typedArrayFromHeap(gradient).fill(0);
  for (let first = 0; first < batchSize; first += imagesAtOnce) {
    const images = Math.min(imagesAtOnce, batchSize - first);
    const upstream = backend.makeOutput([images * positions, outChannels], 'float32');
    const from = first * positions * outChannels;
    const values = backend.typedArrayFromHeap(dy).subarray(from, from + images * positions * outChannels);
    backend.typedArrayFromHeap(upstream).set(values);
    const patches = multiply(upstream, weights, backend, { transposeB: true });
    addPatches(backend.typedArrayFromHeap(patches), info, first, images, backend.typedArrayFromHeap(gradient));
    backend.disposeData(upstream.dataId);
    backend.disposeData(patches.dataId);
  }
  return gradient;
}

/** Adds every row of patches, one for each position, filter row after filter row, to the part of dX that it saw. */
function addPatches(
  patches: Float32Array,
  info: tf.backend_util.Conv2DInfo,
  first: number,
  images: number,
  gradient: Float32Array,
): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } =
    info;
  const run = filterWidth * inChannels;
  let source = 0;
  for (let image = first; image < first + images; image += 1) {
    for (let y = 0; y < outHeight; y += 1) {
      for (let x = 0; x < outWidth; x += 1) {
        const left = x * strideWidth - info.padInfo.left;
        const from = Math.max(0, -left) * inChannels;
        const to = Math.min(filterWidth, inWidth - left) * inChannels;
        for (let i = 0; i < filterHeight; i += 1) {
          const row = y * strideHeight - info.padInfo.top + i;
          if (row >= 0 && row < inHeight) {
            const target = ((image * inHeight + row) * inWidth + left) * inChannels;
            for (let k = from; k < to; k += 1) gradient[target + k] += patches[source + k];
          }
          source += run;
        }
      }
    }
  }
}
