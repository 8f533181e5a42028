import { randomStream } from '../../math/random.js';
import type { OnUpdate } from './real-run.js';
import type { HeldEquation } from './equation.js';
import type { Equation, Step } from './scheme.js';

export interface Grid {
  readonly eta: number;
  readonly updates: number;
  /** Steps of the scheme within the time of an update. */
  readonly substeps: number;
}

/** One path of an SDE from a start, step by step; its normals come from a stream of its own. */
export function pathRunner(start: Float64Array, equation: Equation | HeldEquation, step: Step, grid: Grid) {
  const { eta, updates, substeps } = grid;
  const [x, noise, sum] = [start.slice(), start.slice(), start.slice()];
  const dt = eta / substeps;
  return (seed: number, name: string, onUpdate: OnUpdate): void => {
    const stream = randomStream(seed, name);
    x.set(start);
    for (let n = 0; n < updates; n += 1) {
      if ('hold' in equation) equation.hold(n * eta, x);
      sum.fill(0);
      for (let k = 0; k < substeps; k += 1) {
        step(n * eta + k * dt, dt, x, stream, noise);
        for (let i = 0; i < sum.length; i += 1) sum[i] += noise[i];
      }
      onUpdate(n + 1, x, sum);
    }
  };
}
