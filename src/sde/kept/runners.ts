import { randomStream } from '../../math/random.js';
import type { Runner } from '../simulation/ensemble.js';
import { rateWithin } from '../simulation/rate-bounds.js';
import { jointDrift, jointFlow } from './joint-drift.js';
import type { KeptModel } from './kept-model.js';
import { jointUpdate, type NoiseOf } from './update.js';

export interface Clock {
  readonly eta: number;
  readonly updates: number;
}

/**
 * One real run of adversarial SGD with kept perturbations; its draws come from a stream of its own.
 * @param withNoise - whether to say by how much each update differs from its mean, at the cost of all n visits
 */
export function realRunner(kept: KeptModel, { eta, updates }: Clock, withNoise: boolean): Runner {
  const { mean, step } = jointUpdate(kept);
  const state = kept.start.slice();
  const [noise, expected] = [new Float64Array(kept.size), new Float64Array(kept.size)];
  return (seed, name, onUpdate) => {
    const stream = randomStream(seed, name);
    state.set(kept.start);
    for (let k = 0; k < updates; k += 1) {
      const rate = eta * rateWithin(kept.model, k * eta, state);
      if (withNoise) {
        mean(state, rate, expected);
        noise.set(state);
      }
      step(state, rate, stream);
      if (withNoise) for (let m = 0; m < noise.length; m += 1) noise[m] = state[m] - noise[m] - expected[m];
      onUpdate(k + 1, state, noise);
    }
  };
}

export interface JointEquation {
  readonly order: 1 | 2;
  readonly noise: NoiseOf;
}

/**
 * One path of the joint SDE, the rate held over each update. An update is half of its drift, all of its noise, the other half
 * of its drift: the noise is small, of order sqrt(eta) in the unit of time, so that a kick in the midst of the flow leaves
 * O(eta^3) in expectations (Milstein & Tretyakov 2004, chapter 3, on small noise), below what is measured.
 */
export function jointPathRunner(kept: KeptModel, { order, noise: of }: JointEquation, { eta, updates }: Clock): Runner {
  const update = jointUpdate(kept);
  const flow = jointFlow(jointDrift(update, order, kept.size), kept.size);
  const state = kept.start.slice();
  const noise = new Float64Array(kept.size);
  return (seed, name, onUpdate) => {
    const stream = randomStream(seed, name);
    state.set(kept.start);
    for (let k = 0; k < updates; k += 1) {
      const rate = eta * rateWithin(kept.model, k * eta, state);
      flow(state, rate, 0.5);
      update.noise(state, rate, stream, of, noise);
      for (let m = 0; m < noise.length; m += 1) state[m] += noise[m];
      flow(state, rate, 0.5);
      onUpdate(k + 1, state, noise);
    }
  };
}
