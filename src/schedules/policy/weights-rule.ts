import type { Policy } from '../../artifacts/policy/policy.js';
import { HjbLrError } from '../../errors.js';
import { requireRunLength } from '../contract.js';
import type { Decision } from '../schedule.js';
import { requirePolicy } from './check.js';
import { guardValue, type Proposal } from './guards.js';
import { isPastHorizon, isSupported, openLoopValue, policyTime, tableValue } from './lookup.js';

/** A policy whose states are the weights. It remembers nothing: its decision depends on update and weights alone. */
export interface WeightsRule {
  readonly names: readonly string[];
  /** The learning rate of update k at weights theta, in the order of `names`, and why. */
  decide(k: number, theta: ArrayLike<number>): Decision & { readonly controls: { readonly learning_rate: number } };
}

/**
 * A policy file of the state kind `weights` as a rule. Update k is decided from the weights before it:
 *
 * 1. proposal: the table at (time, weights), or
 *      weights not finite    the open-loop rate                                        fallback:nan
 *      outside the support   the open-loop rate, where `fallback.on` lists it          fallback:out_of_support
 *    past the horizon the time is the horizon                                          hold:horizon
 * 2. clamp to [min, max]; the ratio limits and the warm-up, which are for noisy states, do not apply
 *
 * @param updates - length of this run, a positive integer
 * @throws E_INVALID for a policy of another kind or of other controls than the learning rate, for one that contradicts itself,
 * and if the run's length is not the policy's horizon and `time.stretch` is `refuse`; E_VERSION for a feature in `requires`
 * that this reader does not know
 *
 * @example
 * const rule = weightsRule(await readArtifact('policy', 'policy.json'), { updates: 30 });
 * rule.decide(0, [2.2]).controls.learning_rate; // of the first update, at weight 2.2
 */
export function weightsRule(policy: Policy, { updates }: { updates: number }): WeightsRule {
  requireRunLength(updates);
  requirePolicy(policy, updates);
  const names = namesOf(policy);
  const { guards } = policy.controls['learning_rate'];
  return {
    names,
    decide(k, theta) {
      const proposal = propose(policy, names, k, updates, Array.from(theta));
      const { value, reason } = guardValue(guards, proposal, null);
      return { controls: { learning_rate: value }, reason };
    },
  };
}

function namesOf({ filter, name, controls }: Policy): readonly string[] {
  if (filter?.kind !== 'weights') {
    throw new HjbLrError('E_INVALID', `The policy "${name}" does not follow the weights.`, {
      remedy: 'Follow it by policySchedule or attachPolicy, which take the losses before every update.',
      issues: [{ path: 'filter.kind', message: `expected weights; got ${filter?.kind ?? 'no filter'}` }],
    });
  }
  const others = Object.keys(controls).filter((control) => control !== 'learning_rate');
  if (others.length === 0) return filter.names;
  throw new HjbLrError('E_INVALID', `A policy over the weights decides the learning rate alone.`, {
    remedy: 'Leave the other controls out.',
    issues: others.map((control) => ({ path: `controls.${control}`, message: 'is not decided from weights' })),
  });
}

function propose(
  policy: Policy,
  names: readonly string[],
  k: number,
  updates: number,
  theta: readonly number[],
): Proposal {
  const control = policy.controls['learning_rate'];
  const isPast = isPastHorizon(policy, k, updates);
  const time = isPast ? policy.time.horizon : policyTime(policy, k, updates);
  const openLoop = (reason: string): Proposal => ({ value: openLoopValue(control, time), reason });
  if (theta.length !== names.length || !theta.every(Number.isFinite)) return openLoop('fallback:nan');
  if (!isSupported(policy, names, theta) && policy.fallback.on.includes('out_of_support')) {
    return openLoop('fallback:out_of_support');
  }
  return { value: tableValue(control.table!, [time, ...theta]), reason: isPast ? 'hold:horizon' : 'table' };
}
