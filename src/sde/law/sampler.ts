import { randomStream, type RandomStream } from '../../math/random.js';
import type { Component, RandomStart, SampleLaw } from './law.js';

const sqrt = Math.sqrt;

/** Draws independent samples [x, label, delta^0], with replacement where the data are rows. */
export interface Sampler {
  draw(sample: Float64Array): void;
  /** The stream behind it, to note its position. */
  readonly stream: RandomStream;
}

/**
 * The sampler of a law; the same seed and name give the same samples.
 * @param name - what the samples are for: another name is another stream
 */
export function createSampler(law: SampleLaw, seed: number, name: string): Sampler {
  const stream = randomStream(seed, name);
  const choose = chooser(law.components, stream);
  return {
    stream,
    draw(sample) {
      drawData(choose(), stream, sample);
      if (law.start !== null) drawStart(law.start, law.data, stream, sample);
    },
  };
}

function drawData({ mean, root }: Component, stream: RandomStream, sample: Float64Array): void {
  for (let j = 0; j < mean.length; j += 1) sample[j] = mean[j];
  for (let k = 0; k < root.length; k += 1) {
    const xi = stream.normal();
    const column = root[k];
    for (let j = 0; j < mean.length; j += 1) sample[j] += column[j] * xi;
  }
}

/** Uniform in the ball: in L2 a normal vector scaled to length eps r^(1/d), r uniform. */
function drawStart({ norm, eps, size }: RandomStart, offset: number, stream: RandomStream, sample: Float64Array): void {
  if (norm === 'Linf' || size === 1) {
    for (let j = 0; j < size; j += 1) sample[offset + j] = eps * (2 * stream.uniform() - 1);
    return;
  }
  let squares = 0;
  for (let j = 0; j < size; j += 1) {
    const xi = stream.normal();
    sample[offset + j] = xi;
    squares += xi * xi;
  }
  const scale = (eps * stream.uniform() ** (1 / size)) / sqrt(squares);
  for (let j = 0; j < size; j += 1) sample[offset + j] *= scale;
}

function chooser(components: readonly Component[], stream: RandomStream): () => Component {
  const n = components.length;
  if (n === 1) return () => components[0];
  if (components.every(({ weight }) => weight === components[0].weight)) return () => components[stream.integer(n)];
  const cumulative = new Float64Array(n);
  components.reduce((sum, { weight }, i) => (cumulative[i] = sum + weight), 0);
  const total = cumulative[n - 1];
  return () => components[firstAbove(cumulative, stream.uniform() * total)];
}

/** Index of the first entry of an increasing list above a value below its last entry. */
function firstAbove(increasing: Float64Array, value: number): number {
  let [low, high] = [0, increasing.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (increasing[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
