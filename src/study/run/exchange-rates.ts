import type { LogStep, TrainingLog } from '../../artifacts/training-log/training-log.js';
import { isPeakSearch } from '../../artifacts/training-log/training-log.js';

/**
 * The logs of a pilot with wrong rates: every end of a forked run is paired with the rates of the next end of that run, the last
 * with those of the first; without forks every run with those of the next run. Losses and the prefixes that ends share stay as they
 * are, so that a fit finds coefficients of the right size that say the wrong thing about rates.
 */
export function withExchangedRates(logs: readonly TrainingLog[]): TrainingLog[] {
  const groups = new Map<string, TrainingLog[]>();
  const isForked = logs.some(({ header }) => header.forked_from !== undefined);
  for (const log of logs.filter(({ header }) => !isPeakSearch(header))) {
    const key = isForked ? (log.header.forked_from?.run_id ?? log.header.run_id) : '';
    groups.set(key, [...(groups.get(key) ?? []), log]);
  }
  const donors = new Map<TrainingLog, TrainingLog>();
  for (const group of groups.values()) group.forEach((log, i) => donors.set(log, group[(i + 1) % group.length]));
  return logs.map((log) => {
    const donor = donors.get(log);
    return donor === undefined ? log : withRatesOf(log, donor.steps);
  });
}

function withRatesOf(log: TrainingLog, donor: readonly LogStep[]): TrainingLog {
  return { ...log, steps: log.steps.map((step, k) => (donor[k] === undefined ? step : { ...step, lr: donor[k].lr })) };
}
