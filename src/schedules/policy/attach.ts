import type { Policy } from '../../artifacts/policy/policy.js';
import { requireSealed } from '../../artifacts/policy/seal.js';
import { HjbLrError } from '../../errors.js';
import { clippedSchedule, type ClippedState } from '../clipped.js';
import type { Decision, Metric, MetricName, Observation, ObservedMetric } from '../schedule.js';
import { policySchedule } from './policy-schedule.js';

/** Losses of the update before, by their columns in a training log; null or nothing where none was measured. */
export type UpdateMetrics = Readonly<Partial<Record<MetricName, number | null>>>;

/** What an attached policy remembers: JSON, to be stored with the weights. */
export type AttachedState = { readonly update: number; readonly clipped: boolean; readonly schedule: ClippedState };

/** A policy bound to a user's own optimizer. */
export interface AttachedPolicy {
  /** The loss that it is to be shown, and how often it has to be measured; null for none. */
  readonly observes: ObservedMetric | null;
  /**
   * Call before every update k with the losses of update k - 1 (with nothing before the first one, and where none was
   * measured): sets the learning rate, and returns it with all other controls that the policy decides.
   * @throws E_INVALID for a loss that is no number, and where losses are given but not the one that the policy looks at;
   * E_USAGE if the policy clips and `clip` was not called since the last call
   */
  beforeUpdate(metrics?: UpdateMetrics): Decision;
  /**
   * Call after the gradient of the update was taken, with its norm: the factor to multiply the gradient by, 1 for none.
   * @throws E_INVALID for a norm that is no number
   */
  clip(gradientNorm: number): number;
  state(): AttachedState;
  /** Goes on where `state()` was taken, bit for bit. @throws E_INVALID for anything else */
  restore(state: AttachedState): void;
}

/**
 * Binds a policy to a tfjs optimizer, or to any object that has `setLearningRate(rate)` or a field `learningRate`.
 *
 * @param updates - length of the run
 * @throws what `policySchedule` throws; E_INVALID for an optimizer that has neither, and for a policy that was changed after it was
 * sealed
 *
 * @example
 * const policy = attachPolicy(await readArtifact('policy', 'policy.json'), optimizer, { updates: 800 });
 * policy.beforeUpdate({ train_robust_loss: lossOfTheUpdateBefore }); // before every update
 * const factor = policy.clip(gradientNorm); // after the backward pass: the gradient is multiplied by it
 */
export function attachPolicy(policy: Policy, optimizer: object, { updates }: { updates: number }): AttachedPolicy {
  requireSealed(policy);
  const schedule = clippedSchedule(policySchedule(policy, { updates }), policy.clip);
  const setRate = rateSetter(optimizer);
  let state: AttachedState = { update: 0, clipped: true, schedule: schedule.init() };
  return {
    observes: schedule.observes,
    beforeUpdate(metrics = {}) {
      requireMetric(metrics, schedule.observes);
      if (policy.clip !== null && !state.clipped) throw notClipped();
      const observation = observationOf(metrics, state.update - 1);
      const { state: next, ...decision } = schedule.decide(state.schedule, observation);
      state = { update: state.update + 1, clipped: false, schedule: next };
      setRate(decision.controls.learning_rate!);
      return decision;
    },
    clip(gradientNorm) {
      requireNumber('gradientNorm', gradientNorm);
      const clipped = schedule.clip(state.schedule, gradientNorm);
      state = { ...state, clipped: true, schedule: clipped.state };
      return clipped.factor;
    },
    state: () => state,
    restore(saved) {
      state = requireState(saved);
    },
  };
}

function observationOf(metrics: UpdateMetrics, update: number): Observation {
  const entries = Object.entries(metrics).filter(([, value]) => value !== null && value !== undefined);
  for (const [name, value] of entries) requireNumber(name, value);
  if (update < 0) return { metrics: {} };
  return {
    metrics: Object.fromEntries(entries.map(([name, value]): [string, Metric] => [name, { value: value!, update }])),
  };
}

/** A loss by another name would be missing for the whole run. */
function requireMetric(metrics: UpdateMetrics, observes: ObservedMetric | null): void {
  if (typeof metrics !== 'object' || metrics === null) throw noMetrics(metrics, observes);
  const names = Object.keys(metrics);
  if (observes === null || names.length === 0 || names.includes(observes.metric)) return;
  throw new HjbLrError('E_INVALID', `This policy looks at ${observes.metric}; got ${names.join(', ')}.`, {
    remedy: `Show it ${observes.metric}, or nothing where it was not measured.`,
    issues: [{ path: observes.metric, message: 'is missing' }],
  });
}

function noMetrics(given: unknown, observes: ObservedMetric | null): HjbLrError {
  return new HjbLrError('E_INVALID', `beforeUpdate takes losses by their names; got ${String(given)}.`, {
    remedy: `Write beforeUpdate({ ${observes?.metric ?? 'train_robust_loss'}: loss }), with the loss of the update before.`,
    issues: [{ path: 'metrics', message: 'expected an object' }],
  });
}

function requireNumber(name: string, value: unknown): void {
  if (typeof value === 'number') return;
  const shown = typeof value === 'object' ? 'an object' : JSON.stringify(value);
  throw new HjbLrError('E_INVALID', `${name} must be a number or null; got ${shown}.`, {
    remedy: 'Give the number itself: a tensor has it as loss.dataSync()[0].',
    issues: [{ path: name, message: 'expected a number or null' }],
  });
}

function requireState(saved: unknown): AttachedState {
  const { update, clipped, schedule } = Object(saved) as Partial<AttachedState>;
  const isState = Number.isSafeInteger(update) && typeof clipped === 'boolean' && Object(schedule) === schedule;
  if (isState) return saved as AttachedState;
  throw new HjbLrError('E_INVALID', 'This is not the state of an attached policy.', {
    remedy: 'Give what state() returned, as it was stored with the weights.',
  });
}

function notClipped(): HjbLrError {
  return new HjbLrError('E_USAGE', 'This policy clips the gradient, and the last update was not clipped.', {
    remedy: 'After each backward pass multiply the gradient by policy.clip(gradientNorm): without it runs end early.',
  });
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
