import type { SgdModel } from '../model.js';
import type { Observable } from '../observables.js';

/** For each observable and update n, the gradient of E f(end) in the weights after the update, along the mean path. */
export type Gradients = readonly (readonly Float64Array[])[];

/**
 * g_N = grad f, g_n = (I - eta (u D + hbar grad u^T))^T g_{n+1} along the mean path: g_n . (noise of update n), summed, has
 * mean 0 and takes the leading part of f(end) - E f(end) with it.
 */
export function gradientsAlong(model: SgdModel, observables: readonly Observable[], eta: number, updates: number) {
  const n = model.weights.length;
  const theta = model.start.slice();
  const steps: Float64Array[] = [];
  for (let k = 0; k < updates; k += 1) {
    const { values: D } = model.fields.jacobian(theta);
    const { values: hbar } = model.fields.meanField(theta);
    const slope = new Float64Array(n);
    const u = model.rate.value(k * eta, theta);
    model.rate.gradient(k * eta, theta, slope);
    steps.push(
      D.map((d, m) => (Math.floor(m / n) === m % n ? 1 : 0) - eta * (u * d + hbar[Math.floor(m / n)] * slope[m % n])),
    );
    for (let i = 0; i < n; i += 1) theta[i] -= eta * u * hbar[i];
  }
  return observables.map(({ value }) => {
    let g = differences(value, theta);
    const backwards = [g];
    for (let k = updates - 1; k > 0; k -= 1) {
      const [J, after] = [steps[k], g];
      g = after.map((_, j) => after.reduce((sum, entry, i) => sum + entry * J[i * n + j], 0));
      backwards.push(g);
    }
    return backwards.reverse();
  });
}

function differences(f: (theta: ArrayLike<number>) => number, theta: Float64Array): Float64Array {
  return theta.map((at, i) => {
    const step = 1e-5 * (1 + Math.abs(at));
    const moved = (by: number): number => f(theta.with(i, at + by));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}
