import type { Policy, PolicyTest } from '../../artifacts/policy.js';
import { createFilter } from '../filters/index.js';
import { policySchedule } from './policy-schedule.js';

type Recorded = PolicyTest['observations'][number];

/** Updates of one vector. */
const LENGTH = 12;

/**
 * Test vectors of a policy: observation sequences with the rates and reasons that this runtime gives. They are the
 * reference for every other reader of the file: it must reproduce each rate to 1e-9 relative in float64.
 *
 * The sequences follow the policy's own predicted losses, scaled up and down, with gaps, NaN, infinities, negative
 * values and losses far outside the fit.
 */
export function policyTestVectors(policy: Omit<Policy, 'tests'>): PolicyTest[] {
  const scales = [0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.5, 2];
  const spoilers: Recorded[] = [null, 'nan', 'inf', '-inf', -1, 0, 1e-9, 1e9];
  const start = policy.filter === null ? 1 : createFilter(policy.filter).predictedLoss(createFilter(policy.filter).init());
  const plain = scales.map((scale) => Array.from({ length: LENGTH }, (_, k) => start * scale * 0.97 ** k));
  const spoiled = spoilers.map((spoiler) => Array.from({ length: LENGTH }, (_, k) => (k >= 3 && k < 9 ? spoiler : start * 0.97 ** k)));
  const gaps = [Array.from({ length: LENGTH }, (): Recorded => null)];
  return [...plain, ...spoiled, ...gaps].map((observations) => run({ ...policy, tests: [] }, observations));
}

/** The vectors of a policy file that this runtime does not reproduce to 1e-9 relative, by index. */
export function failingPolicyTests(policy: Policy): number[] {
  return policy.tests.flatMap((test, index) => {
    const actual = run(policy, test.observations);
    const same = actual.rates.every((rate, k) => Math.abs(rate - test.rates[k]) <= 1e-9 * test.rates[k]);
    return same && actual.reasons.every((reason, k) => reason === test.reasons[k]) ? [] : [index];
  });
}

function run(policy: Policy, observations: readonly Recorded[]): PolicyTest {
  const schedule = policySchedule(policy, { updates: policy.time.horizon });
  let state = schedule.init();
  const decisions = observations.map((observation) => {
    state = schedule.observe(state, { loss: toNumber(observation) });
    return schedule.rate(state);
  });
  return {
    observations: [...observations],
    rates: decisions.map(({ rate }) => rate),
    reasons: decisions.map(({ reason }) => reason),
  };
}

function toNumber(observation: Recorded): number | null {
  if (observation === null || typeof observation === 'number') return observation;
  return { nan: NaN, inf: Infinity, '-inf': -Infinity }[observation];
}
