/** Value and controls at one point. */
interface Point {
  readonly value: number;
  readonly controls: readonly number[];
}

export interface Estimate {
  /** Of the value's error. */
  readonly value: number;
  /** Of the controls' errors. */
  readonly controls: readonly number[];
  /** Observed order of the value; null where it cannot be told. */
  readonly order: number | null;
}

/** Orders below this are not those of a sequence that converges yet. */
const LEAST_ORDER = 0.5;

/**
 * Richardson: with V_h on the grid, V_rh on one r times coarser and V_rrh on the next, the order is
 *   p = ln(|V_rh - V_rrh| / |V_h - V_rh|) / ln r,   and   |V - V_h| = |V_h - V_rh| / (r^p - 1).
 * No p counts for more than the order of the scheme; where it cannot be told, or is below 0.5, it counts as 1. Controls
 * count with p = 1.
 *
 * @param fine - on the grid of the answer
 * @param coarse - on the one r times coarser
 * @param coarsest - on the next coarser one; null without
 * @param ratio - r > 1
 * @param schemeOrder - 2 for the accurate scheme, 1 for the monotone one
 *
 * @example
 * errorEstimate({ value: 1.01, controls: [] }, { value: 1.04, controls: [] }, { value: 1.16, controls: [] }, 2, 2).value; // 0.01
 */
export function errorEstimate(
  fine: Point,
  coarse: Point,
  coarsest: Point | null,
  ratio: number,
  schemeOrder: 1 | 2,
): Estimate {
  const change = Math.abs(fine.value - coarse.value);
  const earlier = coarsest === null ? NaN : Math.abs(coarse.value - coarsest.value);
  const order = change > 0 && earlier > 0 ? Math.log(earlier / change) / Math.log(ratio) : null;
  const trusted = order === null || order < LEAST_ORDER ? 1 : Math.min(order, schemeOrder);
  return {
    value: Math.max(change / (ratio ** trusted - 1), rounding(fine.value)),
    controls: fine.controls.map((u, j) => Math.abs(u - coarse.controls[j]) / (ratio - 1)),
    order,
  };
}

/** Below this a value is not known, whatever its companions say. */
function rounding(value: number): number {
  return 16 * Number.EPSILON * Math.abs(value);
}
