import type { Policy } from '../../artifacts/policy/policy.js';
import { requireSealed } from '../../artifacts/policy/seal.js';
import { HjbLrError } from '../../errors.js';
import type { RateDecision } from '../schedule.js';
import { policySchedule, type PolicyState } from './policy-schedule.js';

/** A policy bound to a user's own optimizer. */
export interface AttachedPolicy {
  /** Call before every update with the minibatch's adversarial loss, or with nothing; sets and returns the rate. */
  step(loss?: number | null): RateDecision;
  /** JSON, to be stored with the weights. */
  state(): PolicyState;
  /** Goes on where `state()` was taken, bit for bit. */
  restore(state: PolicyState): void;
}

/**
 * Binds a policy to a tfjs optimizer, or to any object that has `setLearningRate(rate)` or a field `learningRate`.
 *
 * @param updates - length of the run
 * @throws what `policySchedule` throws; E_INVALID for an optimizer that has neither, and for a policy that was changed
 * after it was sealed
 *
 * @example
 * const policy = attachPolicy(await readArtifact('policy', 'policy.json'), optimizer, { updates: 800 });
 * policy.step(loss); // before every optimizer.applyGradients(...)
 */
export function attachPolicy(policy: Policy, optimizer: object, { updates }: { updates: number }): AttachedPolicy {
  requireSealed(policy);
  const schedule = policySchedule(policy, { updates });
  const setRate = rateSetter(optimizer);
  let state = schedule.init();
  return {
    step(loss = null) {
      state = schedule.observe(state, { loss });
      const decision = schedule.rate(state);
      setRate(decision.rate);
      return decision;
    },
    state: () => state,
    restore(saved) {
      state = saved;
      if (saved.rate !== null) setRate(saved.rate);
    },
  };
}

/** tfjs: SGD and Momentum cache the rate, so that assigning their field does nothing; Adam and RMSProp have no setter. */
function rateSetter(optimizer: { setLearningRate?: unknown; learningRate?: unknown }): (rate: number) => void {
  const { setLearningRate } = optimizer;
  if (typeof setLearningRate === 'function') return (rate) => void setLearningRate.call(optimizer, rate);
  if ('learningRate' in optimizer) return (rate) => void (optimizer.learningRate = rate);
  throw new HjbLrError('E_INVALID', 'The optimizer has neither setLearningRate nor a field learningRate.', {
    remedy: 'Give a tfjs optimizer such as tf.train.sgd(0.1), or an object with setLearningRate(rate).',
  });
}
