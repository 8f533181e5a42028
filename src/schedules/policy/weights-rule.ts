import type { Policy, PolicyTest } from '../../artifacts/policy/policy.js';
import { HjbLrError } from '../../errors.js';
import { requireRunLength } from '../contract.js';
import type { RateDecision } from '../schedule.js';
import { requirePolicy } from './check.js';
import { guardRate } from './guards.js';
import { isPastHorizon, isSupported, openLoopRate, policyTime, tableRate } from './lookup.js';

/** A clamp that moves a rate by less than its rounding is none: readers that add in another order must agree on the reason. */
const ROUNDING = 1e-12;

/** A policy whose states are the weights. It remembers nothing: the rate depends on update and weights alone. */
export interface WeightsRule {
  readonly names: readonly string[];
  /** The learning rate of update k at weights theta, in the order of `names`, and why. */
  decide(k: number, theta: ArrayLike<number>): RateDecision;
}

/**
 * A policy file of the state kind `weights` as a rule. Update k is decided from the weights before it:
 *
 * 1. proposal: the table at (time, weights), or
 *      weights not finite    the open-loop rate                                        fallback:nan
 *      outside the support   the open-loop rate, where `fallback.on` lists it          fallback:out_of_support
 *    past the horizon the time is the horizon                                          hold:horizon
 * 2. clamp to [lr_min, lr_max]; the ratio limits and the warm-up, which are for noisy states, do not apply
 *
 * @param updates - length of this run, a positive integer
 * @throws E_INVALID for a policy of another kind, for one that contradicts itself, and if the run's length is not the policy's
 * horizon and `time.stretch` is `refuse`; E_VERSION for a feature in `requires` that this reader does not know
 *
 * @example
 * const rule = weightsRule(await readArtifact('policy', 'policy.json'), { updates: 30 });
 * rule.decide(0, [2.2]).rate; // the learning rate of the first update, at weight 2.2
 */
export function weightsRule(policy: Policy, { updates }: { updates: number }): WeightsRule {
  requireRunLength(updates);
  requirePolicy(policy, updates);
  const names = namesOf(policy);
  return {
    names,
    decide(k, theta) {
      const proposal = propose(policy, names, k, updates, Array.from(theta));
      const guarded = guardRate(policy.guards, proposal, null);
      const isRounding = Math.abs(guarded.rate - proposal.rate) <= ROUNDING * guarded.rate;
      return isRounding ? { ...proposal, rate: guarded.rate } : guarded;
    },
  };
}

function namesOf({ filter, name }: Policy): readonly string[] {
  if (filter?.kind === 'weights') return filter.names;
  throw new HjbLrError('E_INVALID', `The policy "${name}" does not follow the weights.`, {
    remedy: 'Follow it by policySchedule or attachPolicy, which take the loss before every update.',
    issues: [{ path: 'filter.kind', message: `expected weights; got ${filter?.kind ?? 'no filter'}` }],
  });
}

function propose(
  policy: Policy,
  names: readonly string[],
  k: number,
  updates: number,
  theta: readonly number[],
): RateDecision {
  const isPast = isPastHorizon(policy, k, updates);
  const time = isPast ? policy.time.horizon : policyTime(policy, k, updates);
  const openLoop = (reason: string): RateDecision => ({ rate: openLoopRate(policy, time), reason });
  if (theta.length !== names.length || !theta.every(Number.isFinite)) return openLoop('fallback:nan');
  if (!isSupported(policy, names, theta) && policy.fallback.on.includes('out_of_support')) {
    return openLoop('fallback:out_of_support');
  }
  return { rate: tableRate(policy.table!, [time, ...theta]), reason: isPast ? 'hold:horizon' : 'table' };
}

/** Places along each axis at which a policy is tested: shares of its length, beyond both ends too. */
const SHARES = [-0.1, 0, 0.21, 0.5, 0.77, 1, 1.1];
/** Updates of a vector; the last ones are past the horizon. */
const LENGTH = 12;
const DIGITS = 6;

/** Test vectors of a policy that sees the weights: runs of updates 0, 1, ... with weights all over the table and beyond it. */
export function weightsTests(policy: Policy): PolicyTest[] {
  const rule = weightsRule(policy, { updates: policy.time.horizon });
  const axes = policy.table!.axes.slice(1);
  const place = (share: number, { grid }: (typeof axes)[number]): number =>
    Number((grid[0] + share * (grid[grid.length - 1] - grid[0])).toPrecision(DIGITS));
  return SHARES.map((share, vector) => {
    const length = vector === 0 ? Math.min(policy.time.horizon + 3, 1000) : LENGTH;
    const observations = Array.from({ length }, (_, k) =>
      axes.map((axis, i) => place(SHARES[(vector + k + 2 * i) % SHARES.length] * 0.5 + share * 0.5, axis)),
    );
    const decisions = observations.map((theta, k) => rule.decide(k, theta));
    return {
      observations,
      rates: decisions.map(({ rate }) => rate),
      reasons: decisions.map(({ reason }) => reason),
    };
  });
}
