import type { Scheme } from './schemes.js';

/**
 * The scheme on one page. At an inner node of an axis, with neighbours at the distances h- below and h+ above, a drift b and
 * a variance s make, under one control,
 *
 *   b V_z + s V_zz / 2  =  alpha- (V- - V) + alpha+ (V+ - V).
 *
 * Central differences:
 *   alpha- = (s - b h+) / (h- (h- + h+)),                alpha+ = (s + b h-) / (h+ (h- + h+)).
 * Upwind differences:
 *   alpha- = s / (h- (h- + h+)) + max(-b, 0) / h-,       alpha+ = s / (h+ (h- + h+)) + max(b, 0) / h+.
 *
 * M-matrix condition: alpha- >= 0 and alpha+ >= 0. The row of the implicit step, rest + alpha- + alpha+ on its diagonal and
 * -alpha-, -alpha+ beside it, then belongs to an M-matrix, and the step is monotone. Upwind differences always hold it;
 * central ones where  s >= b h+  (b > 0),  s >= -b h-  (b < 0).
 *
 * `monotone`: upwind everywhere. `accurate`: central where they hold the condition; beyond it, for b > 0 (b < 0 mirrored),
 *   alpha- = 0,  alpha+ = b / h+,  and the limited correction  (s - b h+) m / 2,
 * which takes the leading error -b h+ V_zz / 2 of the upwind difference away and puts the diffusion back: m is the smaller
 * of the second differences here and at the neighbour upwards (minmod), from the levels before. It enters as a cost, so that
 * the matrix stays an M-matrix. At s = b h+ both forms are the same: the weights are continuous in the control.
 *
 * Forsyth & Labahn, Numerical methods for controlled HJB PDEs in finance (J. Comp. Finance 11, 2007), appendix A (alpha_i and
 * beta_i there are alpha- and alpha+ here, with the central difference of second order on uneven spacings); the limited
 * correction after Harten (J. Comp. Phys. 49, 1983).
 */
export function innerForms(below: number, above: number, scheme: Scheme): PointForms {
  const both = below + above;
  const diffusion = { secondLow: 1 / (below * both), secondHigh: 1 / (above * both) };
  const central = form({ firstLow: -above / (below * both), firstHigh: below / (above * both), ...diffusion });
  if (scheme === 'monotone') {
    const up = form({ firstHigh: 1 / above, ...diffusion });
    const down = form({ firstLow: -1 / below, ...diffusion });
    return { forms: [central, up, down], upReach: Infinity, downReach: Infinity };
  }
  const up = form({ firstHigh: 1 / above, firstLimited: -above / 2, secondLimited: 0.5 });
  const down = form({ firstLow: -1 / below, firstLimited: below / 2, secondLimited: 0.5 });
  return { forms: [central, up, down], upReach: above, downReach: below };
}

/** How first and second differences are taken along an axis at a node. */
export const CENTRAL = 0;
export const UP = 1;
export const DOWN = 2;

/**
 * The form that holds under a drift and a variance: central where the M-matrix condition lets it, else upwind.
 * @param upReach - h+ of the condition, downwards h-; Infinity where central differences never hold
 */
export function formUnder(drift: number, variance: number, upReach: number, downReach: number): number {
  if (drift > 0) return variance >= drift * upReach ? CENTRAL : UP;
  return drift < 0 && !(variance >= -drift * downReach) ? DOWN : CENTRAL;
}

/** alpha- of a form that starts at entry e of a difference table. */
export function alphaMinus(entries: Float64Array, e: number, drift: number, variance: number): number {
  return drift * entries[e + FORM.firstLow] + variance * entries[e + FORM.secondLow];
}

/** alpha+ likewise. */
export function alphaPlus(entries: Float64Array, e: number, drift: number, variance: number): number {
  return drift * entries[e + FORM.firstHigh] + variance * entries[e + FORM.secondHigh];
}

/** Where the numbers of a form stand: V_z and V_zz / 2 by the neighbours, by the limited second difference, by a given slope. */
export const FORM = {
  ...{ firstLow: 0, firstHigh: 1, secondLow: 2, secondHigh: 3 },
  ...{ firstLimited: 4, secondLimited: 5, firstSlope: 6, secondSlope: 7 },
} as const;

/** Numbers of a form. */
export const FORM_SIZE = 8;

/** A form with these numbers, 0 elsewhere. */
export function form(numbers: Partial<Record<keyof typeof FORM, number>>): Float64Array {
  const all = new Float64Array(FORM_SIZE);
  for (const [name, value] of Object.entries(numbers)) all[FORM[name as keyof typeof FORM]] = value;
  return all;
}

/** The three forms of a node along an axis, and how far the central one holds. */
export interface PointForms {
  readonly forms: readonly [central: Float64Array, up: Float64Array, down: Float64Array];
  readonly upReach: number;
  readonly downReach: number;
}

/** minmod, the limiter: the smaller of two where both have one sign, else 0; a NaN gives way to the other. */
export function minmod(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : b;
  if (Number.isNaN(b)) return a;
  if (a * b <= 0) return 0;
  return Math.abs(a) < Math.abs(b) ? a : b;
}
