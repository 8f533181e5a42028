import type { Observable } from '../../observables.js';
import { rateWithin } from '../../simulation/rate-bounds.js';
import type { KeptModel } from '../kept-model.js';
import type { Clock } from '../runners.js';
import { jointUpdate } from '../update.js';

/** Numbers of a joint state beyond which its derivatives cost more than the noise that they take away. */
const MOST_NUMBERS = 60;

/**
 * For each observable and update n the gradient g_n of E f(end) in the joint state after it, along the mean path:
 * g_N = grad f, g_n = (I + grad D)^T g_{n+1}. Then the sum of g_n . (noise of update n) has mean 0, and takes the leading part
 * of f(end) - E f(end) with it. Of large states all g are 0.
 */
export function jointGradients(
  kept: KeptModel,
  observables: readonly Observable[],
  { eta, updates }: Clock,
): readonly (readonly Float64Array[])[] {
  const { size, weights, model } = kept;
  if (size > MOST_NUMBERS) return observables.map(() => Array.from({ length: updates }, () => new Float64Array(size)));
  const { mean } = jointUpdate(kept);
  const [state, D] = [kept.start.slice(), new Float64Array(size)];
  const jacobians: Float64Array[] = [];
  for (let k = 0; k < updates; k += 1) {
    const rate = eta * rateWithin(model, k * eta, state);
    jacobians.push(differences((at, out) => mean(at, rate, out), state));
    mean(state, rate, D);
    for (let m = 0; m < size; m += 1) state[m] += D[m];
  }
  return observables.map(({ value }) => {
    const slope = differences((at, out) => void (out[0] = value(at)), state).subarray(0, size);
    let g = slope.map((entry, m) => (m < weights ? entry : 0));
    const backwards = [g];
    for (let k = updates - 1; k > 0; k -= 1) {
      const [J, after] = [jacobians[k], g];
      g = after.map((entry, j) => after.reduce((sum, other, i) => sum + other * J[i * size + j], entry));
      backwards.push(g);
    }
    return backwards.reverse();
  });
}

/** Central differences of a vector field in each number of a state, [size, size] with a row for each of its values. */
function differences(field: (at: Float64Array, out: Float64Array) => void, state: Float64Array): Float64Array {
  const size = state.length;
  const [ahead, behind, out] = [new Float64Array(size), new Float64Array(size), new Float64Array(size * size)];
  for (let j = 0; j < size; j += 1) {
    const step = 1e-5 * (1 + Math.abs(state[j]));
    field(state.with(j, state[j] + step), ahead);
    field(state.with(j, state[j] - step), behind);
    for (let i = 0; i < size; i += 1) out[i * size + j] = (ahead[i] - behind[i]) / (2 * step);
  }
  return out;
}
