import type { Policy, PolicyTest } from '../../artifacts/policy/policy.js';
import type { Decision } from '../schedule.js';
import { lossFilter } from './check.js';
import { followVector, type Followed, type ShownLoss } from './follow-vector.js';
import { weightsTests } from './weights-vectors.js';

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
  readonly expected: Partial<Decision> & { readonly clip_factor?: number };
  readonly actual: Partial<Decision> & { readonly clip_factor?: number };
}

/**
 * Test vectors of a policy: what is shown before each update of a run of `time.horizon` updates, with the values, reasons and
 * clip factors that this runtime gives. They are the reference for every other reader of the file, not proof that the policy
 * is good. Before update 0 nothing is shown.
 *
 * - 11 short runs whose loss falls by 3 % an update from 0.5 to 2 times the filter's first predicted loss
 * - 8 runs that are spoiled for six updates after the warm-up: missing, NaN, infinities, negative, 0, tiny, huge losses
 * - nothing observed from the start, and nothing observed for longer than `max_consecutive_missing`
 * - losses of the update `max_age_updates` ago, and of the one before that, which is too old; losses at the cadence
 * - gradient norms that fall, rise and fall again, where the policy clips
 * (of a policy that sees the weights: runs through its table, to its edges and beyond)
 * - a whole run and three updates past its horizon, with the loss falling to a quarter (horizons up to 20,000)
 */
export function policyTestVectors(policy: Omit<Policy, 'tests'>): PolicyTest[] {
  const whole = { ...policy, tests: [] };
  if (policy.filter?.kind === 'weights') return weightsTests(whole);
  const norms = (length: number) => (policy.clip === null ? {} : { gradient_norms: gradientNorms(length) });
  return observationsOf(policy).map((observations) => {
    const shown = { observations: [...observations], ...norms(observations.length) };
    return recorded(shown, followVector(whole, shown));
  });
}

function observationsOf(policy: Omit<Policy, 'tests'>): ShownLoss[][] {
  const { horizon } = policy.time;
  const first = firstLoss(policy);
  const falling = (k: number): ShownLoss => rounded(first * 0.97 ** k);
  const scales = [0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.5, 2];
  const spoilers: ShownLoss[] = [null, 'nan', 'inf', '-inf', -1, 0, 1e-9, 1e9];
  const start = warmupOf(policy) + BEFORE;
  /** Updates for which a loss that was shown may still be used. */
  const patience = policy.input?.max_age_updates ?? 1;
  const spoil = (spoiler: ShownLoss, count: number): ShownLoss[] =>
    shownBefore(start + count + BEFORE, (k) => (k >= start && k < start + count ? spoiler : falling(k % LENGTH)));
  return [
    ...scales.map((scale) => shownBefore(LENGTH, (k) => rounded(first * scale * 0.97 ** k))),
    ...spoilers.map((spoiler) => spoil(spoiler, SPOILED + (spoiler === null ? patience - 1 : 0))),
    shownBefore(LENGTH + patience, () => null),
    spoil(null, policy.fallback.max_consecutive_missing + 1 + patience),
    ...late(policy, falling),
    ...(horizon <= LONGEST_WHOLE_RUN ? [shownBefore(horizon + 3, (k) => rounded(first * 0.25 ** (k / horizon)))] : []),
  ];
}

/** Losses that come as late as the policy takes them, one update later, and at its cadence, with one that is NaN. */
function late({ input }: Omit<Policy, 'tests'>, falling: (k: number) => ShownLoss): ShownLoss[][] {
  if (input === null) return [];
  const { cadence_updates: cadence } = input;
  const atCadence = shownBefore(4 * cadence, (k) =>
    k % cadence !== 0 ? null : k === 2 * cadence ? 'nan' : falling(k),
  );
  const shownWithAge = (age: number): ShownLoss[] =>
    Array.from({ length: LENGTH + age }, (_, k) => {
      const update = k - age;
      return update < 0 ? null : { value: falling(update) as number, update };
    });
  return [shownWithAge(input.max_age_updates), shownWithAge(input.max_age_updates + 1), atCadence];
}

/** Falling, rising above its start, and falling again. */
function gradientNorms(length: number): number[] {
  return Array.from({ length }, (_, k) => rounded(2 + Math.sin(k) + 3 * Math.exp(-((k - 6) ** 2) / 4)));
}

/**
 * The vectors of a policy file that this runtime does not reproduce: each reason exactly, each number to 1e-9 relative.
 *
 * @returns the first disagreement of each failing vector; empty where all agree
 */
export function checkPolicyTests(policy: Policy): PolicyTestFailure[] {
  return policy.tests.flatMap((test, vector) => {
    const followed = followVector(policy, test);
    const length = Math.max(followed.decisions.length, test.reasons.length);
    const expected = (k: number) => ({
      controls: Object.fromEntries(Object.entries(test.controls).map(([name, values]) => [name, values[k]])),
      reason: test.reasons[k],
      ...(test.clip_factors === undefined ? {} : { clip_factor: test.clip_factors[k] }),
    });
    const actual = (k: number) => ({
      ...followed.decisions[k],
      ...(test.clip_factors === undefined ? {} : { clip_factor: followed.factors[k] }),
    });
    const update = Array.from({ length }, (_, k) => k).find((k) => !agree(actual(k), expected(k)));
    return update === undefined ? [] : [{ vector, update, expected: expected(update), actual: actual(update) }];
  });
}

/** The indices of the vectors that `checkPolicyTests` finds failing. */
export function failingPolicyTests(policy: Policy): number[] {
  return checkPolicyTests(policy).map(({ vector }) => vector);
}

function agree(actual: PolicyTestFailure['actual'], expected: PolicyTestFailure['expected']): boolean {
  const names = Object.keys({ ...actual.controls, ...expected.controls });
  return (
    actual.reason === expected.reason &&
    names.every((name) => isClose(actual.controls?.[name], expected.controls?.[name])) &&
    ('clip_factor' in expected ? isClose(actual.clip_factor, expected.clip_factor) : true)
  );
}

function isClose(actual: number | undefined, expected: number | undefined): boolean {
  if (actual === undefined || expected === undefined) return false;
  return Math.abs(actual - expected) <= TOLERANCE * Math.abs(expected);
}

function recorded(
  shown: Pick<PolicyTest, 'observations' | 'gradient_norms'>,
  { decisions, factors }: Followed,
): PolicyTest {
  const names = Object.keys(decisions[0].controls);
  return {
    ...shown,
    controls: Object.fromEntries(names.map((name) => [name, decisions.map(({ controls }) => controls[name])])),
    reasons: decisions.map(({ reason }) => reason),
    ...(shown.gradient_norms === undefined ? {} : { clip_factors: [...factors] }),
  };
}

/** What the filter expects to see first; 1 for a policy that looks at no loss. */
function firstLoss(policy: Omit<Policy, 'tests'>): number {
  const filter = lossFilter(policy);
  return filter === null ? 1 : filter.predictedLoss(filter.init());
}

/** Updates of the longest warm-up of any control. */
function warmupOf({ controls }: Omit<Policy, 'tests'>): number {
  return Math.max(0, ...Object.values(controls).map(({ guards }) => guards.warmup_updates));
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** What is shown before updates 0, 1, ..., length: nothing, and then the loss of update k - 1. */
function shownBefore(length: number, lossOf: (k: number) => ShownLoss): ShownLoss[] {
  return [null, ...Array.from({ length }, (_, k) => lossOf(k))];
}
