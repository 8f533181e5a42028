import type { JointUpdate } from './update.js';

/** Drift of the joint SDE over one update, at a learning rate that is held. */
export type JointDrift = (state: Float64Array, rate: number, out: Float64Array) => void;

/**
 * D of `JointUpdate.mean` (first order), or D - (1/2) (grad D) D (second order: the same matching of moments as for the weights
 * alone, Li, Tai & E 2017). The derivative is a central difference over the length of an update, D(X + D/2) - D(X - D/2), whose
 * error is of third order in the rates, and which stays bounded where D jumps.
 */
export function jointDrift({ mean }: JointUpdate, order: 1 | 2, size: number): JointDrift {
  if (order === 1) return mean;
  const [here, place, ahead, behind] = [0, 1, 2, 3].map(() => new Float64Array(size));
  return (state, rate, out) => {
    mean(state, rate, here);
    for (let k = 0; k < size; k += 1) place[k] = state[k] + here[k] / 2;
    mean(place, rate, ahead);
    for (let k = 0; k < size; k += 1) place[k] = state[k] - here[k] / 2;
    mean(place, rate, behind);
    for (let k = 0; k < size; k += 1) out[k] = here[k] - (ahead[k] - behind[k]) / 2;
  };
}

/** Flow of X' = drift(X), in place, by the classical Runge-Kutta method in so many equal steps over a time in updates. */
export function jointFlow(drift: JointDrift, size: number) {
  const [k1, k2, k3, k4, place] = [0, 1, 2, 3, 4].map(() => new Float64Array(size));
  const moved = (state: Float64Array, by: number, k: Float64Array): Float64Array => {
    for (let m = 0; m < size; m += 1) place[m] = state[m] + by * k[m];
    return place;
  };
  return (state: Float64Array, rate: number, time: number, steps = 1): void => {
    const h = time / steps;
    for (let step = 0; step < steps; step += 1) {
      drift(state, rate, k1);
      drift(moved(state, h / 2, k1), rate, k2);
      drift(moved(state, h / 2, k2), rate, k3);
      drift(moved(state, h, k3), rate, k4);
      for (let m = 0; m < size; m += 1) state[m] += (h / 6) * (k1[m] + 2 * (k2[m] + k3[m]) + k4[m]);
    }
  };
}
