import type { SgdModel } from '../model.js';
import { lawOfMean, type DiscreteLaw } from './discrete-law.js';
import type { Line } from './line.js';

/** The laws of the direction of a minibatch at the nodes of a line, for data of atoms alone. */
export function directionLaws(model: SgdModel, { x }: Line): DiscreteLaw[] {
  const { components } = model.law;
  const weights = Float64Array.from(components, ({ weight }) => weight);
  const out = new Float64Array(1);
  return Array.from(x, (theta) => {
    const values = Float64Array.from(components, ({ mean }) => (model.updateDirection([theta], mean, out), out[0]));
    return lawOfMean({ values, weights }, model.batchSize);
  });
}

/**
 * E f(theta_N) of the real iteration theta' = theta - eta u(t_n, theta) H from each node of a line, H the direction of a
 * minibatch, backwards from the end: v_n(theta) = E v_{n+1}(theta - eta u H).
 */
export function chainExpectation(
  model: SgdModel,
  line: Line,
  laws: readonly DiscreteLaw[],
  { f, eta, updates }: { f: (theta: ArrayLike<number>) => number; eta: number; updates: number },
): Float64Array {
  const theta = new Float64Array(1);
  let v = line.x.map((at) => ((theta[0] = at), f(theta)));
  let before = new Float64Array(v.length);
  for (let n = updates - 1; n >= 0; n -= 1) {
    for (let i = 0; i < v.length; i += 1) {
      theta[0] = line.x[i];
      const step = eta * model.rate.value(n * eta, theta);
      const { values, weights } = laws[i];
      let sum = 0;
      for (let j = 0; j < values.length; j += 1) sum += weights[j] * line.interpolate(v, theta[0] - step * values[j]);
      before[i] = sum;
    }
    [v, before] = [before, v];
  }
  return v;
}
