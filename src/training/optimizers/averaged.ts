import type { AveragingSpec } from '../../artifacts/experiment/experiment.js';
import { startingArray, startingNumber, type Optimizer, type OptimizerStart } from './optimizer.js';

/**
 * Any update rule, evaluated on an average of its weights: from a = theta_0, after update k = 1, 2, ..., T,
 *   a <- a + c_k (theta_k - a),
 *   ema         c_1 = 1, then c_k = 1 - decay (torch.optim.swa_utils, get_ema_multi_avg_fn)
 *   tail        c_k = 1 for k <= S = round(start T), then 1 / (k - S): the mean of the last T - S weights
 *   polynomial  c_k = (power + 1) / (k + power): weights about k^power (polynomial decay, Shamir & Zhang 2013)
 * Gradients are taken where the rule itself takes them; the length of a step is that of the average.
 */
export function createAveraged(rule: Optimizer, spec: AveragingSpec, start: OptimizerStart): Optimizer {
  const average = startingArray(start, 'average', start.initial);
  const shareOf = averagingShare(spec, start.updates);
  let k = startingNumber(start, 'averaged_updates', 0);
  return {
    ...rule,
    step(g, request) {
      const taken = rule.step(g, request);
      k += 1;
      return { ...taken, length: moveTowards(average, rule.output(), shareOf(k)) };
    },
    output: () => average,
    state() {
      const { arrays, numbers } = rule.state();
      return { arrays: { ...arrays, average: average.slice() }, numbers: { ...numbers, averaged_updates: k } };
    },
  };
}

/** c_k. */
export function averagingShare(spec: AveragingSpec, updates: number): (k: number) => number {
  switch (spec.kind) {
    case 'ema':
      return (k) => (k === 1 ? 1 : 1 - spec.decay);
    case 'tail': {
      const first = Math.round(spec.start * updates);
      return (k) => (k <= first ? 1 : 1 / (k - first));
    }
    case 'polynomial':
      return (k) => (spec.power + 1) / (k + spec.power);
  }
}

/** a <- a + share (theta - a); the length of the step. */
function moveTowards(a: Float32Array, theta: Float32Array, share: number): number {
  let square = 0;
  for (let i = 0; i < a.length; i += 1) {
    const before = a[i];
    a[i] = share === 1 ? theta[i] : before + share * (theta[i] - before);
    square += (a[i] - before) ** 2;
  }
  return Math.sqrt(square);
}
