import type { PolicyControl } from '../../artifacts/policy/policy.js';

type Guards = PolicyControl['guards'];

/** A value on its way through the guards, and why it is what it is. */
export interface Proposal {
  readonly value: number;
  readonly reason: string;
  /** The learning rate halved after NaN or an infinity: the ratio limit must not hold it up. */
  readonly emergency?: true;
}

/** A guard that moves a value by less than its rounding is none: readers that add in another order must agree on the reason. */
const ROUNDING = 1e-12;

/**
 * Ratio limit against the last guarded value u (none before the first decision, none in an emergency), then the clamp:
 *   u / max_down_ratio <= value <= u max_up_ratio,   min <= value <= max
 * (no upper ratio limit where u = 0).
 * The reason names the last guard that acted, but fallbacks and holds keep theirs.
 */
export function guardValue(guards: Guards, proposal: Proposal, last: number | null): Proposal {
  const { value, reason } = proposal;
  const limited = last === null || proposal.emergency ? value : limitRatio(guards, value, last);
  const clamped = Math.min(Math.max(limited, guards.min), guards.max);
  if (isSame(clamped, value) || isException(reason)) return { value: clamped, reason };
  if (isSame(clamped, limited)) return { value: clamped, reason: 'limit:ratio' };
  return { value: clamped, reason: clamped > limited ? 'clamp:min' : 'clamp:max' };
}

/** The warm-up, last of all: value min(1, (k + 1) / warmup_updates). Its result may lie below `min`. */
export function warmUp({ warmup_updates: W }: Guards, { value, reason }: Proposal, k: number): Proposal {
  if (k >= W) return { value, reason };
  return { value: (value * (k + 1)) / W, reason: isException(reason) ? reason : 'warmup' };
}

function limitRatio(guards: Guards, value: number, last: number): number {
  const lowest = last / guards.max_down_ratio_per_update;
  // No ratio leads away from 0: a control that starts there may take any value next.
  const highest = last === 0 ? Infinity : last * guards.max_up_ratio_per_update;
  return Math.min(Math.max(value, lowest), highest);
}

function isSame(guarded: number, value: number): boolean {
  return Math.abs(guarded - value) <= ROUNDING * Math.abs(guarded);
}

function isException(reason: string): boolean {
  return reason.startsWith('fallback:') || reason.startsWith('hold:');
}
