import type { Policy, PolicyTest } from '../../artifacts/policy/policy.js';
import { weightsRule } from './weights-rule.js';

/** Places along each axis at which a policy is tested: shares of its length, beyond both ends too. */
const SHARES = [-0.1, 0, 0.21, 0.5, 0.77, 1, 1.1];
/** Updates of a vector; the last ones are past the horizon. */
const LENGTH = 12;
/** Updates of the longest vector. */
const LONGEST = 1000;
/** Significant digits of a weight. */
const DIGITS = 6;

/** Test vectors of a policy that sees the weights: runs of updates 0, 1, ... with weights all over the table and beyond it. */
export function weightsTests(policy: Policy): PolicyTest[] {
  const rule = weightsRule(policy, { updates: policy.time.horizon });
  const axes = policy.controls['learning_rate'].table!.axes.slice(1);
  const place = (share: number, { grid }: (typeof axes)[number]): number =>
    Number((grid[0] + share * (grid[grid.length - 1] - grid[0])).toPrecision(DIGITS));
  return SHARES.map((share, vector) => {
    const length = vector === 0 ? Math.min(policy.time.horizon + 3, LONGEST) : LENGTH;
    const observations = Array.from({ length }, (_, k) =>
      axes.map((axis, i) => place(SHARES[(vector + k + 2 * i) % SHARES.length] * 0.5 + share * 0.5, axis)),
    );
    const decisions = observations.map((theta, k) => rule.decide(k, theta));
    return {
      observations,
      controls: { learning_rate: decisions.map(({ controls }) => controls.learning_rate) },
      reasons: decisions.map(({ reason }) => reason),
    };
  });
}
