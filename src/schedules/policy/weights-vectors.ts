import type { Policy, PolicyTest } from '../../artifacts/policy/policy.js';
import { followVector, type ShownRun } from './follow-vector.js';

/** Places along each axis at which a policy is tested: shares of its length, beyond both ends too. */
const SHARES = [-0.1, 0, 0.21, 0.5, 0.77, 1, 1.1];
const VECTORS = 60;
/** Updates of a vector. */
const LENGTH = 12;
/** Updates of the longest vector. */
const LONGEST = 1000;
/** Significant digits of a weight. */
const DIGITS = 6;

/**
 * Test vectors of a policy that sees the weights: one through the whole run, the others with weights all over the table and beyond
 * it, from the start and across the horizon, some of them with a weight that is not finite.
 */
export function weightsTests(policy: Policy): PolicyTest[] {
  const axes = policy.controls['learning_rate'].table!.axes.slice(1);
  const place = (share: number, { grid }: (typeof axes)[number]): number =>
    Number((grid[0] + share * (grid[grid.length - 1] - grid[0])).toPrecision(DIGITS));
  return Array.from({ length: VECTORS }, (_, vector) => {
    const share = SHARES[vector % SHARES.length];
    const stride = 1 + Math.floor(vector / SHARES.length);
    const length = vector === 0 ? Math.min(policy.time.horizon + 3, LONGEST) : LENGTH;
    const observations = Array.from({ length }, (_, k) =>
      axes.map((axis, i) =>
        vector % 10 === 9 && k % 4 === i
          ? (['nan', 'inf', '-inf'] as const)[k % 3]
          : place(SHARES[(vector + stride * k + 2 * i) % SHARES.length] * 0.5 + share * 0.5, axis),
      ),
    );
    const run: ShownRun = { ...(vector % 3 === 2 ? { state: nearTheEnd(policy) } : {}), observations };
    const { decisions } = followVector(policy, run);
    return {
      ...run,
      controls: { learning_rate: decisions.map(({ controls }) => controls.learning_rate!) },
      reasons: decisions.map(({ reason }) => reason),
    };
  });
}

/** A rule of the weights remembers nothing but which update comes. */
function nearTheEnd({ time: { horizon } }: Policy): NonNullable<PolicyTest['state']> {
  const updates = Math.max(0, horizon - LENGTH / 2);
  const schedule = { updates, filter: null, observed: -1, missing: 0, trouble: null, guarded: null };
  return { clipped: true, clip: null, schedule };
}
