import * as tf from '@tensorflow/tfjs';
import { HjbLrError } from '../../../errors.js';
import { size } from '../../../math/shape.js';
import type { RandomStream } from '../../../math/random.js';
import type { Dropout, Pass } from '../../../networks/network.js';
import type { Dropped } from '../../../workloads/tensors/layers.js';

/** Dropout of a network (Srivastava et al. 2014, inverted): x m / (1 - rate), m = 1 with probability 1 - rate, else 0. */
export function tensorDropout(): { readonly dropped: Dropped; readonly dropout: Dropout } {
  let pass: Pass = 'inference';
  let stream: RandomStream | null = null;
  return {
    dropped: (x, rate) => (pass === 'update' ? tf.mul(x, maskOf(x.shape, rate, stream)) : x),
    dropout: {
      set: (next) => void (pass = next),
      drawFrom: (source) => void (stream = source),
    },
  };
}

function maskOf(shape: number[], rate: number, stream: RandomStream | null): tf.Tensor {
  if (stream === null) {
    throw new HjbLrError('E_ENGINE', 'The network has dropout, and nothing was given to draw its masks from.', {
      remedy: 'This is a bug of the training rule: it must call dropout.drawFrom before the gradient of an update.',
    });
  }
  const mask = stream.fillUniform(new Float32Array(size(shape)), 0, 1);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < mask.length; i += 1) mask[i] = mask[i] < rate ? 0 : kept;
  return tf.tensor(mask, shape);
}
