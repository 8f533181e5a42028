import type { Policy, PolicyTest } from '../../artifacts/policy/policy.js';
import { numberOf } from '../../artifacts/shared/log-number.js';
import { clippedSchedule } from '../clipped.js';
import type { Decision, Observation } from '../schedule.js';
import { policySchedule } from './policy-schedule.js';
import { weightsRule } from './weights-rule.js';

type Entry = PolicyTest['observations'][number];

/** What is shown before an update, of a policy that looks at losses. */
export type ShownLoss = Exclude<Entry, number[]>;

/** What one run of a policy gives: its decisions, and the factors of its clip. */
export interface Followed {
  readonly decisions: readonly Decision[];
  /** One for each gradient norm. */
  readonly factors: readonly number[];
}

/** This runtime's decisions along a test vector, in a run of the policy's own length. */
export function followVector(policy: Policy, test: Pick<PolicyTest, 'observations' | 'gradient_norms'>): Followed {
  if (policy.filter?.kind === 'weights') {
    const rule = weightsRule(policy, { updates: policy.time.horizon });
    const decisions = test.observations.map((theta, k) => rule.decide(k, Array.isArray(theta) ? theta : []));
    return { decisions, factors: [] };
  }
  const schedule = clippedSchedule(policySchedule(policy, { updates: policy.time.horizon }), policy.clip);
  let state = schedule.init();
  const factors: number[] = [];
  const decisions = test.observations.map((shown, k) => {
    const { state: next, ...decision } = schedule.decide(state, observationOf(policy, shown as ShownLoss, k));
    const norm = test.gradient_norms?.[k];
    const clipped = norm === undefined ? { state: next } : schedule.clip(next, norm);
    if ('factor' in clipped) factors.push(clipped.factor);
    state = clipped.state;
    return decision;
  });
  return { decisions, factors };
}

/** A bare loss belongs to the update before; before update 0 there is none. */
function observationOf({ input }: Policy, shown: ShownLoss, k: number): Observation {
  if (shown === null || input === null) return { metrics: {} };
  const { value, update } = typeof shown === 'object' ? shown : { value: shown, update: k - 1 };
  return update < 0 ? { metrics: {} } : { metrics: { [input.metric]: { value: numberOf(value), update } } };
}
