import type { Policy, PolicyTest } from '../../artifacts/policy/policy.js';
import type { Decision } from '../schedule.js';
import { followVector, type Followed, type ShownRun } from './follow-vector.js';
import { shownRuns } from './shown-runs.js';
import { weightsTests } from './weights-vectors.js';

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
 * Test vectors of a policy, at least 60: what is shown before each update (`shownRuns`, or for a policy that sees the weights runs
 * through its table, to its edges and beyond), with the values, reasons and clip factors that this runtime gives. They are the
 * reference for every other reader of the file, not proof that the policy is good.
 */
export function policyTestVectors(policy: Omit<Policy, 'tests'>): PolicyTest[] {
  const whole = { ...policy, tests: [] };
  if (policy.filter?.kind === 'weights') return weightsTests(whole);
  return shownRuns(whole).map((run) => recorded(run, followVector(whole, run)));
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

function recorded(run: ShownRun, { decisions, factors }: Followed): PolicyTest {
  const names = Object.keys(decisions[0].controls);
  return {
    ...run,
    controls: Object.fromEntries(names.map((name) => [name, decisions.map(({ controls }) => controls[name])])),
    reasons: decisions.map(({ reason }) => reason),
    ...(run.gradient_norms === undefined ? {} : { clip_factors: [...factors] }),
  };
}
