import type { SampleLaw } from '../law/law.js';
import { createSampler } from '../law/sampler.js';
import type { NodeSet } from './nodes.js';

/** Parts of the samples whose spread tells the standard error. */
export const BATCHES = 32;

/** Independent samples of the law, from the stream `sde/expectation` of the seed. */
export function monteCarloNodes(law: SampleLaw, count: number, seed: number): NodeSet {
  const { dimension } = law;
  const sampler = createSampler(law, seed, 'sde/expectation');
  const samples = new Float64Array(count * dimension);
  for (let i = 0; i < count; i += 1) sampler.draw(samples.subarray(i * dimension, (i + 1) * dimension));
  return { count, samples, weights: new Float64Array(count).fill(1 / count) };
}

/** The samples in equal parts. */
export function batchesOf({ count, samples }: NodeSet): NodeSet[] {
  const [size, dimension] = [Math.floor(count / BATCHES), samples.length / count];
  const weights = new Float64Array(size).fill(1 / size);
  return Array.from({ length: BATCHES }, (_, b) => ({
    count: size,
    samples: samples.subarray(b * size * dimension, (b + 1) * size * dimension),
    weights,
  }));
}
