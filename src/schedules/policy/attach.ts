import type { Policy } from '../../artifacts/policy.js';
import type { RateDecision } from '../schedule.js';
import { policySchedule, type PolicyState } from './policy-schedule.js';

/** What a tfjs optimizer offers: SGD and Momentum a setter (assigning the field does nothing there), Adam a field. */
export type RateTarget = { setLearningRate(rate: number): void } | { learningRate: number };

/** A policy bound to a user's own optimizer. */
export interface AttachedPolicy {
  /** Call before every update with the minibatch's adversarial loss, or with nothing; sets and returns the rate. */
  step(loss?: number | null): RateDecision;
  state(): PolicyState;
  restore(state: PolicyState): void;
}

/**
 * Binds a policy to a tfjs optimizer.
 *
 * @example
 * const policy = attachPolicy(await readArtifact('policy', 'policy.json'), optimizer, { updates: 800 });
 * policy.step(loss); // before every optimizer.applyGradients(...)
 */
export function attachPolicy(policy: Policy, optimizer: RateTarget, { updates }: { updates: number }): AttachedPolicy {
  const schedule = policySchedule(policy, { updates });
  let state = schedule.init();
  return {
    step(loss = null) {
      state = schedule.observe(state, { loss });
      const decision = schedule.rate(state);
      if ('setLearningRate' in optimizer) optimizer.setLearningRate(decision.rate);
      else optimizer.learningRate = decision.rate;
      return decision;
    },
    state: () => state,
    restore: (saved) => {
      state = saved;
    },
  };
}
