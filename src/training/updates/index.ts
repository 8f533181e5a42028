import type { Workload } from '../../workloads/workload.js';
import { freeRule } from './free.js';
import type { RuleState, UpdateRule } from './rule.js';
import { standardRule } from './standard.js';
import { tradesRule } from './trades.js';

export type { MinibatchGradient, RuleState, UpdatePoint, UpdateRule } from './rule.js';

/** The rule of a workload, fresh or from a checkpoint. */
export function createUpdateRule(workload: Workload, resumed: RuleState | null): UpdateRule {
  const { training = { type: 'standard' } } = workload;
  switch (training.type) {
    case 'standard':
      return standardRule(workload);
    case 'trades':
      return tradesRule(training, workload);
    case 'free':
      return freeRule(training, workload, resumed);
  }
}

/** Gradient evaluations of one update: the mean over the run where the attack follows a schedule. */
export function evaluationsPerUpdate({ attack, training = { type: 'standard' } }: Workload): number {
  const ascent = attack === null ? 0 : attack.gradientEvaluations;
  switch (training.type) {
    case 'standard':
      return 1 + ascent;
    case 'trades':
      return 2 + ascent;
    case 'free':
      return 1;
  }
}

/** Inputs that an update passes at once, in minibatches. */
export function batchesAtOnce({ training }: Workload): number {
  return training?.type === 'trades' ? 2 : 1;
}
