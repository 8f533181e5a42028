import type { Policy, PolicyTest } from '../../artifacts/policy/policy.js';
import type { RateDecision } from '../schedule.js';
import { lossFilter } from './check.js';
import { policySchedule } from './policy-schedule.js';
import { weightsRule, weightsTests } from './weights-rule.js';

type Recorded = Exclude<PolicyTest['observations'][number], number[]>;

/** Updates of a short vector, and of a spoiled one after the warm-up. */
const LENGTH = 12;
/** Observations spoiled in a row, and how many good ones stand before them. */
const SPOILED = 6;
const BEFORE = 3;
/** Longest run that is recorded whole; beyond it no vector reaches past the horizon. */
const LONGEST_WHOLE_RUN = 20000;
/** Significant digits of an observation: what a logged loss has. */
const DIGITS = 6;
/** Relative agreement that every reader owes in float64. */
const TOLERANCE = 1e-9;

/** The first update at which this runtime disagrees with a vector. */
export interface PolicyTestFailure {
  readonly vector: number;
  readonly update: number;
  readonly expected: Partial<RateDecision>;
  readonly actual: Partial<RateDecision>;
}

/**
 * Test vectors of a policy: observation sequences of a run of `time.horizon` updates, with the rates and reasons that
 * this runtime gives. They are the reference for every other reader of the file, not proof that the policy is good.
 *
 * - 11 short runs whose loss falls by 3 % an update from 0.5 to 2 times the filter's first predicted loss
 * - 8 runs that are spoiled for six updates after the warm-up: missing, NaN, infinities, negative, 0, tiny, huge losses
 * - nothing observed from the start, and nothing observed for longer than `max_consecutive_missing`
 * (of a policy that sees the weights: runs through its table, to its edges and beyond)
 * - a whole run and three updates past its horizon, with the loss falling to a quarter (horizons up to 20,000)
 */
export function policyTestVectors(policy: Omit<Policy, 'tests'>): PolicyTest[] {
  if (policy.filter?.kind === 'weights') return weightsTests({ ...policy, tests: [] });
  const { horizon } = policy.time;
  const { warmup_updates: warmup, max_consecutive_missing: missing } = policy.guards;
  const first = firstLoss(policy);
  const falling = (k: number): Recorded => rounded(first * 0.97 ** k);
  const scales = [0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.5, 2];
  const spoilers: Recorded[] = [null, 'nan', 'inf', '-inf', -1, 0, 1e-9, 1e9];
  const start = warmup + BEFORE;
  const spoil = (spoiler: Recorded, count: number): Recorded[] =>
    sequence(start + count + BEFORE, (k) => (k >= start && k < start + count ? spoiler : falling(k % LENGTH)));
  const whole = sequence(horizon + 3, (k) => rounded(first * 0.25 ** (k / horizon)));
  const observations = [
    ...scales.map((scale) => sequence(LENGTH, (k) => rounded(first * scale * 0.97 ** k))),
    ...spoilers.map((spoiler) => spoil(spoiler, SPOILED)),
    sequence(LENGTH, () => null),
    spoil(null, missing + 2),
    ...(horizon <= LONGEST_WHOLE_RUN ? [whole] : []),
  ];
  return observations.map((losses) => recorded(losses, follow({ ...policy, tests: [] }, losses)));
}

/**
 * The vectors of a policy file that this runtime does not reproduce: each reason exactly, each rate to 1e-9 relative.
 *
 * @returns the first disagreement of each failing vector; empty where all agree
 */
export function checkPolicyTests(policy: Policy): PolicyTestFailure[] {
  return policy.tests.flatMap((test, vector) => {
    const actual = follow(policy, test.observations);
    const length = Math.max(actual.length, test.rates.length, test.reasons.length);
    const at = (k: number): Partial<RateDecision> => ({ rate: test.rates[k], reason: test.reasons[k] });
    const update = sequence(length, (k) => k).find((k) => !agree(actual[k], at(k)));
    return update === undefined ? [] : [{ vector, update, expected: at(update), actual: { ...actual[update] } }];
  });
}

/** The indices of the vectors that `checkPolicyTests` finds failing. */
export function failingPolicyTests(policy: Policy): number[] {
  return checkPolicyTests(policy).map(({ vector }) => vector);
}

function agree(actual: RateDecision | undefined, expected: Partial<RateDecision>): boolean {
  if (actual === undefined || expected.rate === undefined) return false;
  return Math.abs(actual.rate - expected.rate) <= TOLERANCE * expected.rate && actual.reason === expected.reason;
}

function follow(policy: Policy, observations: PolicyTest['observations']): RateDecision[] {
  if (policy.filter?.kind === 'weights') {
    const rule = weightsRule(policy, { updates: policy.time.horizon });
    return observations.map((theta, k) => rule.decide(k, Array.isArray(theta) ? theta : []));
  }
  return followLosses(policy, observations as readonly Recorded[]);
}

function followLosses(policy: Policy, losses: readonly Recorded[]): RateDecision[] {
  const schedule = policySchedule(policy, { updates: policy.time.horizon });
  let state = schedule.init();
  return losses.map((loss) => {
    state = schedule.observe(state, { loss: toNumber(loss) });
    return schedule.rate(state);
  });
}

function recorded(observations: Recorded[], decisions: readonly RateDecision[]): PolicyTest {
  return {
    observations,
    rates: decisions.map(({ rate }) => rate),
    reasons: decisions.map(({ reason }) => reason),
  };
}

/** What the filter expects to see first; 1 for a policy that looks at no loss. */
function firstLoss(policy: Omit<Policy, 'tests'>): number {
  const filter = lossFilter(policy);
  return filter === null ? 1 : filter.predictedLoss(filter.init());
}

function toNumber(observation: Recorded): number | null {
  if (observation === null || typeof observation === 'number') return observation;
  return { nan: NaN, inf: Infinity, '-inf': -Infinity }[observation];
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

function sequence<T>(length: number, entry: (k: number) => T): T[] {
  return Array.from({ length }, (_, k) => entry(k));
}
