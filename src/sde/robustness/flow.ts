import type { SgdModel } from '../model.js';
import { rateWithin, requireFinite } from '../simulation/rate-bounds.js';

/** Steps of the Runge-Kutta method of fourth order over the horizon, at least, and between two times that are kept. */
const LEAST_STEPS = 60;

/**
 * The flow theta' = -u(t, theta) hbar(theta) of a model from its start: its weights at equally spaced times.
 * @param moments - how many after the start
 */
export function flowOf(model: SgdModel, moments: number): Float64Array[] {
  const { horizon, start, eta } = model;
  const n = start.length;
  const between = Math.max(1, Math.ceil(Math.min(horizon / eta, 600) / moments), Math.ceil(LEAST_STEPS / moments));
  const dt = horizon / (moments * between);
  const [hbar, place] = [new Float64Array(n), new Float64Array(n)];
  const k = [0, 1, 2, 3].map(() => new Float64Array(n));
  const theta = start.slice();
  const velocity = (t: number, at: Float64Array, out: Float64Array): void => {
    model.meanField(at, hbar);
    const u = rateWithin(model, t, at);
    for (let i = 0; i < n; i += 1) out[i] = -u * hbar[i];
  };
  const kept = [theta.slice()];
  for (let step = 0; step < moments * between; step += 1) {
    const t = step * dt;
    const aside = (by: number, along: Float64Array): Float64Array => {
      for (let i = 0; i < n; i += 1) place[i] = theta[i] + by * along[i];
      return place;
    };
    velocity(t, theta, k[0]);
    velocity(t + dt / 2, aside(dt / 2, k[0]), k[1]);
    velocity(t + dt / 2, aside(dt / 2, k[1]), k[2]);
    velocity(t + dt, aside(dt, k[2]), k[3]);
    for (let i = 0; i < n; i += 1) theta[i] += (dt / 6) * (k[0][i] + 2 * (k[1][i] + k[2][i]) + k[3][i]);
    requireFinite(theta, 'The flow', t + dt);
    if ((step + 1) % between === 0) kept.push(theta.slice());
  }
  return kept;
}
