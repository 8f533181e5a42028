import type { Policy } from '../../artifacts/policy/policy.js';

/** A rate on its way through the guards, and why it is what it is. */
export interface Proposal {
  readonly rate: number;
  readonly reason: string;
  /** The rate halved after NaN or an infinity: the ratio limit must not hold it up. */
  readonly emergency?: true;
}

/**
 * Ratio limit against the last guarded rate u (none before the first decision, none in an emergency), then the clamp:
 *   u / max_down_ratio <= rate <= u max_up_ratio,   lr_min <= rate <= lr_max.
 * The reason names the last guard that acted, but fallbacks and holds keep theirs.
 */
export function guardRate(guards: Policy['guards'], proposal: Proposal, last: number | null): Proposal {
  const { rate, reason } = proposal;
  const limited = last === null || proposal.emergency ? rate : limitRatio(guards, rate, last);
  const clamped = Math.min(Math.max(limited, guards.lr_min), guards.lr_max);
  if (clamped === rate || isException(reason)) return { rate: clamped, reason };
  if (clamped === limited) return { rate: clamped, reason: 'limit:ratio' };
  return { rate: clamped, reason: clamped > limited ? 'clamp:min' : 'clamp:max' };
}

/** The warm-up, last of all: rate min(1, (k + 1) / warmup_updates). Its result may lie below lr_min. */
export function warmUp({ warmup_updates: W }: Policy['guards'], { rate, reason }: Proposal, k: number): Proposal {
  if (k >= W) return { rate, reason };
  return { rate: (rate * (k + 1)) / W, reason: isException(reason) ? reason : 'warmup' };
}

function limitRatio(guards: Policy['guards'], rate: number, last: number): number {
  const lowest = last / guards.max_down_ratio_per_update;
  const highest = last * guards.max_up_ratio_per_update;
  return Math.min(Math.max(rate, lowest), highest);
}

function isException(reason: string): boolean {
  return reason.startsWith('fallback:') || reason.startsWith('hold:');
}
