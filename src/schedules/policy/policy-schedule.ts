import type { Policy } from '../../artifacts/policy.js';
import { HjbLrError } from '../../errors.js';
import { interpolateTable, nearestTable } from '../../math/interpolation.js';
import { createFilter, type FilterState } from '../filters/index.js';
import type { Observation, RateDecision, Schedule } from '../schedule.js';

/** Everything a policy remembers: JSON, so that a run that goes on is bit-equal to one that never stopped. */
export type PolicyState = {
  /** Observations made, the missing ones included. */
  readonly updates: number;
  readonly filter: { readonly mean: readonly number[]; readonly covariance: readonly number[] } | null;
  readonly missing: number;
  /** Rate after all guards but the warm-up factor; null before the first decision. */
  readonly guarded: number | null;
  /** Rate in force, the warm-up factor included; null before the first decision. */
  readonly rate: number | null;
  readonly reason: string;
};

interface Proposal {
  readonly rate: number;
  readonly reason: string;
}

/** Names in `requires` that this reader knows. */
const KNOWN_FEATURES: readonly string[] = [];

/**
 * The policy file as a schedule. Each observation: the filter moves on under the rate that was in force, takes in the
 * loss if it is finite and positive, and the rate is decided in this order: table (or a fallback) -> ratio limit
 * against the last guarded rate -> clamp to [lr_min, lr_max] -> warm-up factor min(1, (k + 1) / warmup_updates).
 *
 * Fallbacks: a missing loss holds the last rate for `max_consecutive_missing` observations and then follows the
 * open-loop trajectory; NaN or an infinity halves the last rate; a loss that is not positive, or a state outside the
 * support, follows the open-loop trajectory.
 *
 * @param updates - length of this run
 * @throws E_VERSION for a feature in `requires` that this reader does not know; E_INVALID if the run's length is not the
 * policy's horizon and `time.stretch` is `refuse`
 */
export function policySchedule(policy: Policy, { updates }: { updates: number }): Schedule<PolicyState> {
  requireFeatures(policy);
  requireHorizon(policy, updates);
  const filter = policy.filter === null ? null : createFilter(policy.filter);
  const initial: PolicyState = { updates: 0, filter: null, missing: 0, guarded: null, rate: null, reason: 'start' };

  function track(state: PolicyState, loss: number | null): FilterState | null {
    if (filter === null) return null;
    const before = state.filter === null ? filter.init() : filter.predict(state.filter, state.rate!);
    return isUsable(loss) ? filter.update(before, loss).state : before;
  }

  function propose(state: PolicyState, tracked: FilterState | null, loss: number | null, missing: number): Proposal {
    const time = policyTime(policy, state.updates, updates);
    const openLoop = (reason: string): Proposal => ({ rate: openLoopRate(policy, time), reason });
    if (policy.table === null || filter === null || tracked === null) return openLoop('open_loop');
    if (loss === null) {
      const hold = missing <= policy.guards.max_consecutive_missing && state.guarded !== null;
      return hold ? { rate: state.guarded!, reason: 'hold:missing' } : openLoop('fallback:missing');
    }
    if (!Number.isFinite(loss)) {
      const last = state.guarded ?? openLoopRate(policy, time);
      return { rate: last / 2, reason: Number.isNaN(loss) ? 'fallback:nan' : 'fallback:inf' };
    }
    if (loss <= 0) return openLoop('fallback:negative');
    const states = filter.states(tracked);
    if (!supported(policy, filter.stateNames, states)) return openLoop('fallback:out_of_support');
    return { rate: tableRate(policy.table, [time, ...states]), reason: 'table' };
  }

  return {
    name: 'policy',
    describe: () => ({ name: 'policy', policy_id: policy.policy_id, form: policy.form }),
    init: () => initial,
    observe(state, { loss }: Observation) {
      const missing = loss === null ? state.missing + 1 : 0;
      const tracked = track(state, loss);
      const guarded = guard(policy, propose(state, tracked, loss, missing), state.guarded);
      const k = state.updates;
      const warming = k < policy.guards.warmup_updates;
      const rate = warming ? (guarded.rate * (k + 1)) / policy.guards.warmup_updates : guarded.rate;
      return {
        updates: k + 1,
        filter: tracked === null ? null : { mean: tracked.mean, covariance: tracked.covariance },
        missing,
        guarded: guarded.rate,
        rate,
        reason: warming && guarded.reason === 'table' ? 'warmup' : guarded.reason,
      };
    },
    rate: (state): RateDecision => ({ rate: state.rate!, reason: state.reason }),
  };
}

/** Ratio limit against the last rate, then the clamp; the reason says which of them acted. */
function guard({ guards }: Policy, { rate, reason }: Proposal, last: number | null): Proposal {
  const limited =
    last === null
      ? rate
      : Math.min(Math.max(rate, last / guards.max_down_ratio_per_update), last * guards.max_up_ratio_per_update);
  const clamped = Math.min(Math.max(limited, guards.lr_min), guards.lr_max);
  if (clamped === rate || reason !== 'table') return { rate: clamped, reason };
  return { rate: clamped, reason: clamped === limited ? 'limit:ratio' : clamped > limited ? 'clamp:min' : 'clamp:max' };
}

/** The policy's own time of update k in a run of another length; past the horizon the last moment holds. */
function policyTime({ time }: Policy, k: number, updates: number): number {
  const at = time.stretch === 'scale' ? (k * time.horizon) / updates : k;
  return Math.min(at, time.horizon);
}

function openLoopRate({ open_loop }: Policy, time: number): number {
  return interpolateTable([{ coordinate: 'identity', grid: open_loop.updates }], open_loop.rates, [time]);
}

function tableRate(table: NonNullable<Policy['table']>, point: readonly number[]): number {
  const read = table.interpolation === 'linear' ? interpolateTable : nearestTable;
  const value = read(table.axes, table.values, point);
  return table.value_scale === 'log_lr' ? Math.exp(value) : value;
}

function supported({ guards }: Policy, names: readonly string[], states: readonly number[]): boolean {
  return names.every((name, i) => {
    const box = guards.support[name];
    return box === undefined || (states[i] >= box[0] && states[i] <= box[1]);
  });
}

function isUsable(loss: number | null): loss is number {
  return loss !== null && Number.isFinite(loss) && loss > 0;
}

function requireFeatures({ requires }: Policy): void {
  const unknown = requires.filter((feature) => !KNOWN_FEATURES.includes(feature));
  if (unknown.length === 0) return;
  throw new HjbLrError('E_VERSION', `The policy requires features that this release does not know: ${unknown.join(', ')}.`, {
    remedy: 'Update hjb-lr.',
    fields: { unknown },
  });
}

function requireHorizon({ time }: Policy, updates: number): void {
  if (time.stretch !== 'refuse' || updates === time.horizon) return;
  throw new HjbLrError('E_INVALID', `The policy is for ${time.horizon} updates; this run has ${updates}.`, {
    remedy: 'Solve for this horizon, or set time.stretch to "scale" in the policy file.',
    fields: { horizon: time.horizon, updates },
  });
}

