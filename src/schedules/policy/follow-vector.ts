import type { Policy, PolicyTest } from '../../artifacts/policy/policy.js';
import { numberOf } from '../../artifacts/shared/log-number.js';
import { clippedSchedule, type ClippedState } from '../clipped.js';
import type { Decision, Observation } from '../schedule.js';
import { policySchedule, type PolicyState } from './policy-schedule.js';
import { weightsRule } from './weights-rule.js';

type Entry = PolicyTest['observations'][number];

/** What is shown before an update, of a policy that looks at losses. */
export type ShownLoss = Exclude<Entry, unknown[]>;

/** A test vector without what is expected. */
export type ShownRun = Pick<PolicyTest, 'updates' | 'state' | 'observations' | 'gradient_norms'>;

/** What one run of a policy gives: its decisions, and the factors of its clip. */
export interface Followed {
  readonly decisions: readonly Decision[];
  /** One for each gradient norm. */
  readonly factors: readonly number[];
  /** After the last update; null for a policy that sees the weights. */
  readonly state: NonNullable<PolicyTest['state']> | null;
}

/** This runtime's decisions along a test vector. */
export function followVector(policy: Policy, test: ShownRun): Followed {
  const { updates = policy.time.horizon, state: from } = test;
  const first = from?.schedule.updates ?? 0;
  if (policy.filter?.kind === 'weights') {
    const rule = weightsRule(policy, { updates });
    const decisions = test.observations.map((theta, k) => rule.decide(first + k, weightsOf(theta)));
    return { decisions, factors: [], state: null };
  }
  const schedule = clippedSchedule(policySchedule(policy, { updates }), policy.clip);
  let state: ClippedState = from === undefined ? schedule.init() : { schedule: from.schedule, clip: from.clip };
  const factors: number[] = [];
  const decisions = test.observations.map((shown, i) => {
    const observation = observationOf(policy, shown as ShownLoss, first + i);
    const { state: next, ...decision } = schedule.decide(state, observation);
    const norm = test.gradient_norms?.[i];
    const taken = norm === undefined ? null : numberOf(norm);
    const clipped = taken === null ? { state: next, factor: 1 } : clippedStep(schedule, next, taken);
    if (taken !== null) factors.push(clipped.factor);
    state = clipped.state;
    return decision;
  });
  const memory = { clipped: true, clip: state.clip, schedule: state.schedule as PolicyState };
  return { decisions, factors, state: memory as NonNullable<PolicyTest['state']> };
}

/** A norm that is not finite is an update without a step. */
function clippedStep(schedule: ReturnType<typeof clippedSchedule>, state: ClippedState, norm: number) {
  return Number.isFinite(norm) ? schedule.clip(state, norm) : { state: schedule.skip(state), factor: 0 };
}

function weightsOf(theta: Entry): number[] {
  return Array.isArray(theta) ? theta.map(numberOf) : [];
}

/** A bare loss belongs to the update before; before update 0 there is none. */
function observationOf({ input }: Policy, shown: ShownLoss, k: number): Observation {
  if (shown === null || input === null) return { metrics: {} };
  const { value, update } = typeof shown === 'object' ? shown : { value: shown, update: k - 1 };
  return update < 0 ? { metrics: {} } : { metrics: { [input.metric]: { value: numberOf(value), update } } };
}
