import type { LayerSpec, ModelSpec } from '../../../src/artifacts/experiment/experiment.js';
import type { LogitGradient } from '../../../src/networks/network.js';

const relu: LayerSpec = { type: 'relu' };
const flatten: LayerSpec = { type: 'flatten' };
const dense = (units: number): LayerSpec => ({ type: 'dense', units });
const pool = (type: 'max_pool' | 'mean_pool', size: number, stride = size): LayerSpec => ({ type, size, stride });
const convolution = (
  filters: number,
  kernel: number,
  stride: number,
  padding: 'same' | 'valid' = 'same',
): LayerSpec => ({ type: 'conv2d', filters, kernel, stride, padding });

const normalization = { mean: 0.3, standard_deviation: 0.5 };

interface Case {
  readonly name: string;
  readonly spec: ModelSpec;
  readonly inputShape: readonly number[];
  readonly classes: number;
}

/** Every layer, kernels, strides and paddings even and odd, one and several channels, layers in unusual places. */
export const CASES: readonly Case[] = [
  { name: 'one dense layer', spec: { layers: [dense(3)] }, inputShape: [5], classes: 3 },
  { name: 'dense, relu', spec: { normalization, layers: [dense(13), relu, dense(10)] }, inputShape: [21], classes: 10 },
  {
    name: 'convolution',
    spec: { layers: [convolution(5, 3, 1), relu, flatten, dense(4)] },
    inputShape: [6, 6, 1],
    classes: 4,
  },
  {
    name: 'strided convolutions',
    spec: { normalization, layers: [convolution(5, 5, 2), relu, convolution(9, 3, 2), relu, flatten, dense(4)] },
    inputShape: [9, 8, 3],
    classes: 4,
  },
  {
    name: 'convolutions with pooling',
    spec: {
      layers: [
        convolution(4, 3, 1, 'valid'),
        relu,
        pool('max_pool', 2),
        convolution(8, 3, 1),
        relu,
        pool('max_pool', 2),
        flatten,
        dense(4),
      ],
    },
    inputShape: [12, 12, 1],
    classes: 4,
  },
  {
    name: 'an even kernel, overlapping means, relu twice',
    spec: { layers: [convolution(4, 4, 3), pool('mean_pool', 2, 1), relu, flatten, relu, dense(4)] },
    inputShape: [11, 10, 2],
    classes: 4,
  },
  {
    name: 'relu and overlapping maxima first, no dense layer',
    spec: { normalization, layers: [relu, pool('max_pool', 3, 1), convolution(4, 2, 2, 'valid'), flatten] },
    inputShape: [6, 6, 1],
    classes: 16,
  },
  {
    name: 'relu before means, a padded image flattened, relu last',
    spec: { layers: [convolution(3, 1, 2), relu, pool('mean_pool', 3, 2), convolution(5, 2, 1), flatten, relu] },
    inputShape: [9, 9, 2],
    classes: 20,
  },
  {
    name: 'a stride beyond the kernel',
    spec: { layers: [convolution(3, 2, 4), relu, flatten, dense(4)] },
    inputShape: [9, 9, 2],
    classes: 4,
  },
  {
    name: 'maxima of maxima, windows that leave a rest',
    spec: { layers: [convolution(5, 3, 1), relu, pool('max_pool', 2, 3), pool('max_pool', 2), flatten, dense(3)] },
    inputShape: [13, 13, 1],
    classes: 3,
  },
  {
    name: 'dense layers with more weights than fit the cache, after images',
    spec: { layers: [convolution(8, 3, 1), relu, flatten, dense(64), relu, dense(5)] },
    inputShape: [12, 12, 1],
    classes: 5,
  },
  {
    name: 'pooling alone',
    spec: { normalization, layers: [pool('max_pool', 2), flatten] },
    inputShape: [4, 5, 1],
    classes: 4,
  },
];

/** sum z^2 / 2 + 0.3 z. */
export const quadraticLoss: LogitGradient = (logits, gradient) => {
  for (let i = 0; i < logits.length; i += 1) gradient[i] = logits[i] + 0.3;
};
