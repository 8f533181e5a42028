import type { AveragingSpec } from '../artifacts/experiment/experiment.js';
import { fraction } from '../artifacts/shared/common.js';
import type { Control } from './control.js';

/**
 * c_k, the weight of the newest iterate in the average that is evaluated: from a = theta_0, after update k = 1, 2, ..., T,
 *   a <- a + c_k (theta_k - a),
 *   ema         c_1 = 1, then c_k = 1 - decay (torch.optim.swa_utils, get_ema_multi_avg_fn)
 *   tail        c_k = 1 for k <= S = round(start T), then 1 / (k - S): the mean of the last T - S weights
 *   polynomial  c_k = (power + 1) / (k + power): weights about k^power (polynomial decay, Shamir & Zhang 2013)
 */
export const averagingWeight: Control = {
  name: 'averaging_weight',
  unit: 'share of the average, in [0, 1]',
  description: 'The weight of the newest weights in the average that is evaluated.',
  value: fraction,
  isInteger: false,
  ofSetting({ averaging, updates }) {
    if (averaging === null) return null;
    const weight = weightOf(averaging, updates);
    return { at: (k) => weight(k + 1), varies: true, largest: 1 };
  },
  apply: (settings, value) => ({ ...settings, averagingWeight: value }),
};

/** c_k of k = 1, 2, ... */
function weightOf(averaging: AveragingSpec, updates: number): (k: number) => number {
  switch (averaging.kind) {
    case 'ema':
      return (k) => (k === 1 ? 1 : 1 - averaging.decay);
    case 'tail': {
      const first = Math.round(averaging.start * updates);
      return (k) => (k <= first ? 1 : 1 / (k - first));
    }
    case 'polynomial':
      return (k) => (averaging.power + 1) / (k + averaging.power);
  }
}
