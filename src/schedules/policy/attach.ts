import type { Policy } from '../../artifacts/policy/policy.js';
import { requireSealed } from '../../artifacts/policy/seal.js';
import { HjbLrError } from '../../errors.js';
import { clippedSchedule } from '../clipped.js';
import type { Decision, Metric, MetricName, Observation, ObservedMetric } from '../schedule.js';
import { emitWarning, watcher, type OnWarning } from './attach-warnings.js';
import { requireState, type AttachedState } from './attached-state.js';
import { policySchedule, type PolicyState } from './policy-schedule.js';
import { rateSetter, ruleOf, type RateTaker } from './rate-setter.js';

export type { OnWarning, PolicyWarning } from './attach-warnings.js';
export type { AttachedState } from './attached-state.js';
export type { RateTaker } from './rate-setter.js';

/**
 * Losses of the update before, by their columns in a training log; null or nothing where none was measured. One that comes late is
 * given with the update that it belongs to.
 */
export type UpdateMetrics = Readonly<Partial<Record<MetricName, number | Metric | null>>>;

/** What of a run is told when a policy is attached. */
export interface AttachOptions {
  /** Length of the run in updates of the weights. */
  readonly updates: number;
  /**
   * Names in the policy's `requires` that the loop sees to itself: "whole_method" for the optimizer, the attack and the recovery
   * that the policy brings, "kept_perturbations" for the perturbations that training examples keep. None by default.
   */
  readonly provides?: readonly string[] | undefined;
  /** Takes warnings, each of which is said once; by default they are written to standard error. */
  readonly onWarning?: OnWarning | undefined;
}

/** A policy bound to a user's own optimizer. */
export interface AttachedPolicy {
  /** The loss that it is to be shown, and how often it has to be measured; null for none. */
  readonly observes: ObservedMetric | null;
  /**
   * Call before every update k with the losses of update k - 1 (with nothing before the first one, and where none was
   * measured): sets the learning rate, and returns it with all other controls that the policy decides.
   * @throws E_INVALID for a loss that is no number, and where losses are given but not the one that the policy looks at;
   * E_USAGE if the policy clips and neither `clip` nor `skip` was called since the last call
   */
  beforeUpdate(metrics?: UpdateMetrics): Decision;
  /**
   * Call after the gradient of the update was taken, with its norm: the factor to multiply the gradient by, 1 for none. Where the
   * norm is not finite the factor is 0, and the update counts as skipped: make no step.
   * @throws E_INVALID for a norm that is no number, or negative
   */
  clip(gradientNorm: number): number;
  /** Call in place of `clip` where an update makes no step, as with mixed precision after an overflow. */
  skip(): void;
  state(): AttachedState;
  /** Goes on where `state()` was taken, bit for bit. @throws E_INVALID for anything else, and for another policy's state */
  restore(state: AttachedState): void;
}

/**
 * Binds a policy to a tfjs optimizer, to any object that has `setLearningRate(rate)` or a field `learningRate`, or to a function
 * that takes the rate.
 *
 * @throws what `policySchedule` throws; E_INVALID for an optimizer that has neither, and for a policy that was changed after it was
 * sealed; E_VERSION for a policy that requires what the loop does not provide
 *
 * @example
 * const policy = attachPolicy(await readArtifact('policy', 'policy.json'), optimizer, { updates: 800 });
 * policy.beforeUpdate({ train_robust_loss: lossOfTheUpdateBefore }); // before every update
 * const factor = policy.clip(gradientNorm); // after the backward pass: the gradient is multiplied by it
 */
export function attachPolicy(policy: Policy, optimizer: RateTaker, options: AttachOptions): AttachedPolicy {
  const { updates, provides = [], onWarning = emitWarning } = options;
  requireSealed(policy);
  const followed = policySchedule(policy, { updates });
  requireProvided(policy, provides);
  const schedule = clippedSchedule(followed, policy.clip);
  const setRate = rateSetter(optimizer);
  const watch = watcher(policy, updates, onWarning);
  watch.start(ruleOf(optimizer));
  let { clip, schedule: memory } = schedule.init();
  let clipped = true;
  const skip = (): void => {
    ({ schedule: memory } = schedule.skip({ schedule: memory, clip }));
    clipped = true;
  };
  return {
    observes: schedule.observes,
    beforeUpdate(metrics = {}) {
      requireMetric(metrics, schedule.observes);
      if (policy.clip !== null && !clipped) throw notClipped();
      const k = (memory as PolicyState).updates;
      const { state, ...decision } = schedule.decide({ schedule: memory, clip }, observationOf(metrics, k - 1));
      ({ schedule: memory, clip } = state);
      clipped = false;
      setRate(decision.controls.learning_rate!);
      watch.decided(k, decision.reason);
      return decision;
    },
    clip(gradientNorm) {
      requireNorm(gradientNorm);
      if (!Number.isFinite(gradientNorm)) {
        skip();
        return 0;
      }
      const { factor, state } = schedule.clip({ schedule: memory, clip }, gradientNorm);
      ({ clip } = state);
      clipped = true;
      return factor;
    },
    skip,
    state: () => ({ policy_id: policy.policy_id, clipped, clip, schedule: memory as AttachedState['schedule'] }),
    restore(saved) {
      ({ clipped, clip, schedule: memory } = requireState(policy, saved));
    },
  };
}

function observationOf(metrics: UpdateMetrics, update: number): Observation {
  const entries = Object.entries(metrics).filter(([, value]) => value !== null && value !== undefined);
  const shown = entries.map(([name, value]): [string, Metric] => [name, metricOf(name, value!, update)]);
  return { metrics: Object.fromEntries(shown.filter(([, metric]) => metric.update >= 0)) };
}

function metricOf(name: string, given: number | Metric, last: number): Metric {
  if (typeof given !== 'object' || !('value' in given)) {
    requireNumber(name, given);
    return { value: given as number, update: last };
  }
  const { value, update } = given;
  requireNumber(name, value);
  if (Number.isInteger(update)) return { value, update };
  throw new HjbLrError('E_INVALID', `The update of a loss is a whole number; got ${String(update)}.`, {
    remedy: 'Give { value, update } with the update whose minibatch the loss belongs to, or the number alone.',
    issues: [{ path: `${name}.update`, message: 'expected a whole number' }],
  });
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
  const shown =
    typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? 'an object' : String(value);
  throw new HjbLrError('E_INVALID', `${name} must be a number or null; got ${shown}.`, {
    remedy: 'Give the number itself: a tensor has it as loss.dataSync()[0].',
    issues: [{ path: name, message: 'expected a number or null' }],
  });
}

function requireNorm(gradientNorm: number): void {
  requireNumber('gradientNorm', gradientNorm);
  if (!(gradientNorm < 0)) return;
  throw new HjbLrError('E_INVALID', `A norm is not negative; got ${gradientNorm}.`, {
    remedy: 'Give the Euclidean norm of the gradient of all weights together.',
    issues: [{ path: 'gradientNorm', message: 'expected 0 or more' }],
  });
}

/** The rate alone is not the method. */
function requireProvided({ name, requires }: Policy, provides: readonly string[]): void {
  const missing = requires.filter((feature) => !provides.includes(feature));
  if (missing.length === 0) return;
  throw new HjbLrError('E_VERSION', `The policy "${name}" is more than a rate: it requires ${missing.join(', ')}.`, {
    remedy:
      'Follow it with `hjb-lr train EXPERIMENT --policy FILE`; a loop that trains as docs/policy-format.md says of these may give ' +
      `{ provides: ${JSON.stringify(requires)} }.`,
    issues: missing.map((feature) => ({ path: 'requires', message: `"${feature}" is not provided` })),
    fields: { missing },
  });
}

function notClipped(): HjbLrError {
  return new HjbLrError('E_USAGE', 'This policy clips the gradient, and the last update was not clipped.', {
    remedy: 'After each backward pass multiply the gradient by policy.clip(gradientNorm): without it runs end early.',
  });
}
