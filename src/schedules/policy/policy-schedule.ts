import type { Policy } from '../../artifacts/policy/policy.js';
import { requireRunLength, notObserved } from '../contract.js';
import type { FilterState, StateFilter } from '../filters/index.js';
import type { Schedule } from '../schedule.js';
import { lossFilter, requirePolicy } from './check.js';
import { guardRate, warmUp, type Proposal } from './guards.js';
import { isPastHorizon, isSupported, openLoopRate, policyTime, tableRate } from './lookup.js';

/** Everything a policy remembers: JSON, so that a run that goes on is bit-equal to one that never stopped. */
export type PolicyState = {
  /** Observations made, the missing ones included. */
  readonly updates: number;
  /** Mean and row-major covariance after the last observation; null before the first one and without a filter. */
  readonly filter: { readonly mean: readonly number[]; readonly covariance: readonly number[] } | null;
  /** Missing observations in a row. */
  readonly missing: number;
  /** Rate after all guards but the warm-up factor; null before the first decision. */
  readonly guarded: number | null;
  /** Rate in force, the warm-up factor included; null before the first decision. */
  readonly rate: number | null;
  readonly reason: string;
};

type Condition = Policy['fallback']['on'][number];

/** What an observation did to the filter: the states it showed, and what of it is remembered. */
interface Sight {
  readonly states: readonly number[];
  readonly supported: boolean;
  readonly kept: FilterState;
}

const INITIAL: PolicyState = { updates: 0, filter: null, missing: 0, guarded: null, rate: null, reason: 'start' };

/**
 * The policy file as a schedule. Update k is decided from the observation before it, in this order:
 *
 * 1. filter: predict under the rate that was in force (not before update 0), then take in the loss if it is finite and
 *    positive. An observation that would carry the state from inside `guards.support` to outside, or out of the
 *    positive numbers, is not remembered: the prediction is, so that one outlier cannot lose the state for good.
 * 2. proposal: the table at (time, states), or
 *      NaN, infinity    half of the last rate, not below lr_min                       fallback:nan, fallback:inf
 *      k past the end   the last rate                                                 hold:horizon
 *      no loss          the last rate, max_consecutive_missing times in a row         hold:missing
 *                       and then the open-loop rate                                   fallback:missing
 *      loss <= 0        the open-loop rate                                            fallback:negative
 *      outside support  the open-loop rate                                            fallback:out_of_support
 *    A condition that `fallback.on` does not list holds the last rate (`hold:...`); outside the support the table is
 *    then read at its edge. Where there is no last rate yet, the open-loop rate takes its place.
 * 3. ratio limit against the last rate before its warm-up factor (not for a rate that was just halved)
 * 4. clamp to [lr_min, lr_max]
 * 5. warm-up factor min(1, (k + 1) / warmup_updates)
 *
 * A policy without a table follows its open-loop rates through 3 to 5 and looks at no loss.
 *
 * @param updates - length of this run, a positive integer
 * @throws E_VERSION for a feature in `requires` that this reader does not know; E_INVALID for a file that contradicts
 * itself, or if the run's length is not the policy's horizon and `time.stretch` is `refuse`
 */
export function policySchedule(policy: Policy, { updates }: { updates: number }): Schedule<PolicyState> {
  requireRunLength(updates);
  requirePolicy(policy, updates);
  const filter = lossFilter(policy);
  return {
    name: 'policy',
    observes: filter !== null,
    describe: () => ({ name: 'policy', policy_id: policy.policy_id, form: policy.form }),
    init: () => INITIAL,
    observe(state, { loss }) {
      const k = state.updates;
      const missing = loss === null ? state.missing + 1 : 0;
      const sight = filter === null ? null : look(policy, filter, state, loss);
      const proposal = propose(policy, { ...state, missing }, loss, sight, updates);
      const guarded = guardRate(policy.guards, proposal, state.guarded);
      const { rate, reason } = warmUp(policy.guards, guarded, k);
      const remembered = sight === null ? null : { mean: sight.kept.mean, covariance: sight.kept.covariance };
      return { updates: k + 1, filter: remembered, missing, guarded: guarded.rate, rate, reason };
    },
    rate({ rate, reason }) {
      if (rate === null) throw notObserved('policy');
      return { rate, reason };
    },
  };
}

/** Step 1: the filter's state before this update, as seen and as remembered. */
function look(policy: Policy, filter: StateFilter, state: PolicyState, loss: number | null): Sight {
  const predicted = state.filter === null ? filter.init() : advance(filter, state.filter, state.rate!);
  const updated = isUsable(loss) ? filter.update(predicted, loss).state : predicted;
  const seen = isSound(filter, updated) ? updated : predicted;
  const supports = (x: FilterState): boolean => isSupported(policy, filter.stateNames, filter.states(x));
  const supported = seen === updated && supports(seen);
  const kept = !supported && supports(predicted) ? predicted : seen;
  return { states: filter.states(seen), supported, kept };
}

/** One prediction; where the model runs out of the positive numbers, the state stays where it is. */
function advance(filter: StateFilter, state: FilterState, rate: number): FilterState {
  const next = filter.predict(state, rate);
  return isSound(filter, next) ? next : state;
}

/** Step 2, `state.missing` counting this observation. */
function propose(
  policy: Policy,
  state: PolicyState,
  loss: number | null,
  sight: Sight | null,
  updates: number,
): Proposal {
  const { updates: k, guarded: last, missing } = state;
  const time = policyTime(policy, k, updates);
  const openLoop = (reason: string): Proposal => ({ rate: openLoopRate(policy, time), reason });
  const hold = (reason: string): Proposal | null => (last === null ? null : { rate: last, reason: `hold:${reason}` });

  const condition = sight === null ? null : conditionOf(loss, sight);
  const listed = condition !== null && policy.fallback.on.includes(condition);
  if (listed && (condition === 'nan' || condition === 'inf')) {
    const half = (last ?? openLoopRate(policy, time)) / 2;
    return { rate: half, reason: `fallback:${condition}`, emergency: true };
  }
  const held = isPastHorizon(policy, k, updates) ? hold('horizon') : null;
  if (held !== null) return held;
  if (sight === null) return openLoop('open_loop');
  if (condition === null || (condition === 'out_of_support' && !listed)) {
    return { rate: tableRate(policy.table!, [time, ...sight.states]), reason: 'table' };
  }
  const waits = condition === 'missing' && missing <= policy.guards.max_consecutive_missing;
  return (listed && !waits ? null : hold(condition)) ?? openLoop(`fallback:${condition}`);
}

function conditionOf(loss: number | null, { supported }: Sight): Condition | null {
  if (loss === null) return 'missing';
  if (Number.isNaN(loss)) return 'nan';
  if (!Number.isFinite(loss)) return 'inf';
  if (loss <= 0) return 'negative';
  return supported ? null : 'out_of_support';
}

function isUsable(loss: number | null): loss is number {
  return loss !== null && Number.isFinite(loss) && loss > 0;
}

/** Whether mean and covariance are finite, and the states in natural units positive and finite. */
function isSound(filter: StateFilter, state: FilterState): boolean {
  const finite = state.mean.every(Number.isFinite) && state.covariance.every(Number.isFinite);
  return finite && filter.states(state).every((x) => x > 0 && Number.isFinite(x));
}
