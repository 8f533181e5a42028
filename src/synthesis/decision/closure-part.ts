import type { Flow, StateFilter } from '../../closures/index.js';
import { slowing, type ModelPart, type PartOptions } from './model-draw.js';
import type { Vector } from '../../../solvers/index.js';

/** Relative step of central differences. */
const STEP = 1e-5;

/**
 * A closure's draw in natural states, dx/dt = x(after an update) - x, which is linear in the noise that is forgotten; its
 * derivatives by central differences.
 */
export function closurePart(
  { start, flow, filter }: { readonly start: readonly number[]; readonly flow: Flow; readonly filter: StateFilter },
  { weight, peak, step }: PartOptions,
): ModelPart {
  const n = start.length;
  const covariance = Array<number>(n * n).fill(0);
  const logs = new Float64Array(n);
  const [f, above, below, at] = [0, 1, 2, 3].map(() => new Float64Array(n));
  const speeds = new Float64Array(n).fill(1);
  const fieldAt = (x: Float64Array, u: number, out: Float64Array): void => {
    for (let i = 0; i < n; i += 1) logs[i] = logOf(x[i]);
    flow(logs, u, 1);
    for (let i = 0; i < n; i += 1) out[i] = speeds[i] * (Math.exp(logs[i]) - x[i]);
  };
  const lossAt = (x: Float64Array): number => weight * filter.predictedLoss({ mean: Array.from(x, logOf), covariance });
  const load = (x: Vector, offset: number): Float64Array => {
    for (let i = 0; i < n; i += 1) at[i] = x[offset + i];
    return at;
  };
  /** Evaluates on both sides of a state and gives the distance between them. */
  const around = (y: Float64Array, i: number, evaluate: (side: number) => void): number => {
    const [value, h] = [y[i], STEP * y[i]];
    y[i] = value + h;
    evaluate(1);
    y[i] = value - h;
    evaluate(-1);
    y[i] = value;
    return 2 * h;
  };
  const sides = (y: Float64Array, u: number) => (side: number) => fieldAt(y, u, side > 0 ? above : below);
  // The first state falls by a power of itself: fast at its start alone, where the intervals are short.
  for (let i = 1; i < n; i += 1) {
    const x = Float64Array.from(start);
    const distance = around(x, i, sides(x, peak));
    speeds[i] = slowing(Math.abs(above[i] - below[i]) / distance, step);
  }
  return {
    loss: (x, offset) => lossAt(load(x, offset)),
    lossGradient(x, offset, out, factor) {
      const y = load(x, offset);
      for (let i = 0; i < n; i += 1) {
        let difference = 0;
        const distance = around(y, i, (side) => (difference += side * lossAt(y)));
        out[offset + i] += (factor * difference) / distance;
      }
    },
    move(x, offset, u, out) {
      fieldAt(load(x, offset), u, f);
      out.set(f, offset);
    },
    pullBack(x, offset, u, p, inState, inControl) {
      const y = load(x, offset);
      const pulled = (distance: number): number => {
        let sum = 0;
        for (let j = 0; j < n; j += 1) sum += (p[offset + j] * (above[j] - below[j])) / distance;
        return sum;
      };
      for (let i = 0; i < n; i += 1) inState[offset + i] += pulled(around(y, i, sides(y, u)));
      const h = STEP * u;
      fieldAt(y, u + h, above);
      fieldAt(y, u - h, below);
      inControl[0] += pulled(2 * h);
    },
  };
}

function logOf(x: number): number {
  return Math.log(Math.max(x, Number.MIN_VALUE));
}
