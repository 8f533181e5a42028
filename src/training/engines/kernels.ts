import * as tf from '@tensorflow/tfjs';

type KernelFunction = tf.KernelFunc;

interface Disposer {
  disposeData(dataId: object): void;
}

/**
 * Two repairs of the wasm back end. Its matrix product with a transposed factor is about 14 times slower than an
 * explicit transpose first; and it has no kernel for the filter gradient of a convolution.
 */
export function repairWasmKernels(): void {
  transposeBeforeMatMul();
  registerConv2DBackpropFilter();
}

function transposeBeforeMatMul(): void {
  const original = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm').kernelFunc;
  const kernelFunc: KernelFunction = ({ inputs, backend, attrs }) => {
    const temporary: tf.TensorInfo[] = [];
    const swapped = (x: tf.TensorInfo): tf.TensorInfo => {
      const axes = x.shape.map((_, i) => i);
      const perm = [...axes.slice(0, -2), axes[axes.length - 1], axes[axes.length - 2]];
      const y = transpose({ inputs: { x }, backend, attrs: { perm } }) as tf.TensorInfo;
      temporary.push(y);
      return y;
    };
    const { transposeA, transposeB } = attrs as { transposeA?: boolean; transposeB?: boolean };
    const a = transposeA === true ? swapped(inputs['a']!) : inputs['a']!;
    const b = transposeB === true ? swapped(inputs['b']!) : inputs['b']!;
    const product = original.kernelFunc({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } });
    temporary.forEach(({ dataId }) => (backend as Disposer).disposeData(dataId));
    return product;
  };
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({ ...original, kernelFunc });
}

/** dW[i,j,c,f] = sum over batch and positions of x[b, y s + i - p, x s + j - p, c] dy[b, y, x, f], one product per tap (i, j). */
function registerConv2DBackpropFilter(): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm') !== undefined) return;
  const kernelFunc: KernelFunction = ({ inputs, attrs }) => {
    const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as {
      strides: number | [number, number];
      pad: 'same' | 'valid' | number;
      dimRoundingMode?: 'floor' | 'round' | 'ceil';
      filterShape: [number, number, number, number];
    };
    const x = tf.engine().makeTensorFromTensorInfo(inputs['x']!) as tf.Tensor4D;
    const dy = tf.engine().makeTensorFromTensorInfo(inputs['dy']!) as tf.Tensor4D;
    const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
    return tf.tidy(() => filterGradient(x, dy, info));
  };
  tf.registerKernel({ kernelName: 'Conv2DBackpropFilter', backendName: 'wasm', kernelFunc });
}

function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, info: tf.backend_util.Conv2DInfo): tf.Tensor {
  const { padInfo, filterHeight, filterWidth, inChannels, outChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  const padded = tf.pad4d(x, [[0, 0], [padInfo.top, padInfo.bottom], [padInfo.left, padInfo.right], [0, 0]]);
  const outputs = tf.reshape(dy, [-1, outChannels]);
  const taps: tf.Tensor[] = [];
  for (let i = 0; i < filterHeight; i += 1) {
    for (let j = 0; j < filterWidth; j += 1) {
      const seen = tf.stridedSlice(
        padded,
        [0, i, j, 0],
        [info.batchSize, i + (outHeight - 1) * strideHeight + 1, j + (outWidth - 1) * strideWidth + 1, inChannels],
        [1, strideHeight, strideWidth, 1],
      );
      taps.push(tf.matMul(tf.reshape(seen, [-1, inChannels]), outputs, true, false));
    }
  }
  return tf.reshape(tf.stack(taps), [filterHeight, filterWidth, inChannels, outChannels]);
}
