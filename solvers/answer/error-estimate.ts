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
  /** Observed order of the value, or in words why there is none that means anything. */
  readonly order: number | string;
}

/** Orders below this are not those of a sequence that converges yet, nor those that exceed the scheme's by more than this. */
const LEAST_ORDER = 0.5;
const MOST_ABOVE = 1;

/** Changes up to this many times the noise tell nothing. */
const NOISE_MARGIN = 10;

/** Of an error that is extrapolated from three grids (the grid convergence index of Roache 1994). */
const SAFETY = 1.25;

/** What the values on three grids are read with. */
export interface Refinement {
  /** Of the spacings of a grid to those of the next finer one, > 1. */
  readonly ratio: number;
  /** That the scheme declares. */
  readonly schemeOrder: 1 | 2;
  /** How far a value is known on its own grid: tolerance and rounding. */
  readonly noise: number;
}

/**
 * Richardson: with V_h on the grid, V_rh on one r times coarser and V_rrh on the next, the order is
 *   p = ln(|V_rh - V_rrh| / |V_h - V_rh|) / ln r,   and   |V - V_h| = |V_h - V_rh| / (r^p - 1),
 * to which comes a quarter for safety.
 * No p counts for more than the order q of the scheme; where it means nothing it counts as 1. A last change that is far
 * smaller than the one before is luck (errors that cancel, a free boundary at the same nodes): then the change counts as
 * |V_rh - V_rrh| / r^q, and p as q. Controls count with p = 1. No estimate is below the noise.
 *
 * @param fine - on the grid of the answer
 * @param coarse - on the one r times coarser
 * @param coarsest - on the next coarser one; null without
 *
 * @example
 * const refinement = { ratio: 2, schemeOrder: 2, noise: 1e-9 } as const;
 * errorEstimate({ value: 1.01, controls: [] }, { value: 1.04, controls: [] }, { value: 1.16, controls: [] }, refinement).value; // 0.0125
 */
export function errorEstimate(fine: Point, coarse: Point, coarsest: Point | null, refinement: Refinement): Estimate {
  const { ratio, schemeOrder, noise } = refinement;
  const last = fine.value - coarse.value;
  const first = coarsest === null ? NaN : coarse.value - coarsest.value;
  const order = coarsest === null ? 'the grid cannot be halved twice' : orderOf(last, first, refinement);
  const expected = Math.abs(first) / ratio ** schemeOrder;
  const isLucky = expected > NOISE_MARGIN * noise && Math.abs(last) * ratio ** MOST_ABOVE < expected;
  const trusted = isLucky ? schemeOrder : typeof order === 'number' ? Math.min(order, schemeOrder) : 1;
  return {
    value: Math.max((SAFETY * (isLucky ? expected : Math.abs(last))) / (ratio ** trusted - 1), noise),
    controls: fine.controls.map((u, j) => Math.abs(u - coarse.controls[j]) / (ratio - 1)),
    order,
  };
}

/** From the change of the last refinement and of the one before. */
function orderOf(last: number, first: number, { ratio, schemeOrder, noise }: Refinement): number | string {
  const floor = NOISE_MARGIN * noise;
  if (Math.abs(last) <= floor) {
    const whose = Math.abs(first) <= floor ? 'three grids' : 'two finest grids';
    return `the values on the ${whose} agree to the tolerance`;
  }
  if (last * first < 0) return 'the values go to and fro as the grid is refined';
  const order = Math.log(first / last) / Math.log(ratio);
  if (!(order >= LEAST_ORDER)) return 'the values do not approach each other yet as the grid is refined';
  if (order > schemeOrder + MOST_ABOVE) return 'the values approach each other faster than the scheme can, by chance';
  return order;
}
