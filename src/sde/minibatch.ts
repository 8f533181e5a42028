import type { SgdModel } from './model.js';

/** (1/B) sum_i h(theta, z_i) of the next B samples of a sampler, into H. */
export type MinibatchDirection = (
  theta: Float64Array,
  sampler: ReturnType<SgdModel['sampler']>,
  H: Float64Array,
) => void;

/** The update direction of a minibatch of a model: what the real iteration steps along. Allocates once. */
export function minibatchDirection(model: SgdModel): MinibatchDirection {
  const { batchSize } = model;
  const sample = new Float64Array(model.sampleSize);
  const h = new Float64Array(model.weights.length);
  return (theta, sampler, H) => {
    H.fill(0);
    for (let b = 0; b < batchSize; b += 1) {
      sampler.draw(sample);
      model.updateDirection(theta, sample, h);
      for (let i = 0; i < h.length; i += 1) H[i] += h[i] / batchSize;
    }
  };
}
