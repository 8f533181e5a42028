import { minibatchDirection } from '../minibatch.js';
import type { SgdModel } from '../model.js';
import { rateWithin } from './rate-bounds.js';

/** What a run or path tells after each update; `noise` is what the update adds to its own mean, null if nobody asked. */
export type OnUpdate = (n: number, theta: Float64Array, noise: Float64Array) => void;

/** hbar of the weights, where the noise of an update is asked for. */
type MeanField = (theta: Float64Array, hbar: Float64Array) => void;

/**
 * One real run of adversarial SGD, theta' = theta - eta u(t_n, theta) (1/B) sum_i h(theta, z_i), z_i independent samples of
 * the data; its samples come from a stream of its own.
 * @param meanField - for `noise`, the update less its mean; without it noise stays 0
 */
export function realRunner(model: SgdModel, eta: number, updates: number, meanField: MeanField | null) {
  const minibatch = minibatchDirection(model);
  const n = model.weights.length;
  const [H, hbar, noise] = [0, 1, 2].map(() => new Float64Array(n));
  const theta = new Float64Array(n);
  return (seed: number, name: string, onUpdate: OnUpdate): void => {
    const sampler = model.sampler(seed, name);
    theta.set(model.start);
    for (let k = 0; k < updates; k += 1) {
      const step = eta * rateWithin(model, k * eta, theta);
      minibatch(theta, sampler, H);
      if (meanField !== null) {
        meanField(theta, hbar);
        for (let i = 0; i < n; i += 1) noise[i] = step * (hbar[i] - H[i]);
      }
      for (let i = 0; i < n; i += 1) theta[i] -= step * H[i];
      onUpdate(k + 1, theta, noise);
    }
  };
}
