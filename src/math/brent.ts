// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;

/** Share of an interval that golden section cuts off. */
const GOLDEN = (3 - Math.sqrt(5)) / 2;

/** Evaluations after which a search ends whatever it has found: golden section alone is through after 80. */
const MOST_EVALUATIONS = 100;

/**
 * Minimiser of f on [low, high] by parabolas through the three best points, safeguarded by golden section (Brent 1973,
 * chapter 5), to within `tolerance`: the minimum where f has one, a local one elsewhere. Deterministic; allocates nothing.
 *
 * @param f - finite or +Infinity; not evaluated at the ends
 * @param start - first point, inside the interval
 * @param atLow - f(low), for a first parabola; Infinity where it is not known; `atHigh` likewise
 * @param atStart - f(start)
 * @param tolerance - > 0, in the unit of the argument
 *
 * @example
 * minimizeByBrent((u) => (u - 0.3) ** 2, 0, 0.5, 1, Infinity, 0.04, Infinity, 1e-9); // 0.3
 */
export function minimizeByBrent(
  f: (u: number) => number,
  low: number,
  start: number,
  high: number,
  atLow: number,
  atStart: number,
  atHigh: number,
  tolerance: number,
): number {
  let a = low;
  let b = high;
  // The best point, the second best, and the second best before that; the last step and the one before.
  const isLowBetter = atLow <= atHigh;
  let x = start;
  let w = isLowBetter ? low : high;
  let v = isLowBetter ? high : low;
  let fx = atStart;
  let fw = isLowBetter ? atLow : atHigh;
  let fv = isLowBetter ? atHigh : atLow;
  let step = high - low;
  let earlier = step;
  for (let count = 0; count < MOST_EVALUATIONS; count += 1) {
    const middle = (a + b) / 2;
    if (abs(x - middle) <= 2 * tolerance - (b - a) / 2) return x;
    let p = 0;
    let q = 0;
    if (abs(earlier) > tolerance) {
      const r = (x - w) * (fx - fv);
      const s = (x - v) * (fx - fw);
      p = (x - v) * s - (x - w) * r;
      q = 2 * (s - r);
      if (q > 0) p = -p;
      else q = -q;
    }
    // A parabola counts where its vertex is inside and the steps shrink by half; NaN where a value is infinite.
    if (abs(p) < abs((q * earlier) / 2) && p > q * (a - x) && p < q * (b - x)) {
      earlier = step;
      step = p / q;
      const u = x + step;
      if (u - a < 2 * tolerance || b - u < 2 * tolerance) step = x < middle ? tolerance : -tolerance;
    } else {
      earlier = x < middle ? b - x : a - x;
      step = GOLDEN * earlier;
    }
    const u = x + (abs(step) >= tolerance ? step : step < 0 ? -tolerance : tolerance);
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      v = w;
      fv = fw;
      w = x;
      fw = fx;
      x = u;
      fx = fu;
      continue;
    }
    if (u < x) a = u;
    else b = u;
    if (fu <= fw || w === x) {
      v = w;
      fv = fw;
      w = u;
      fw = fu;
    } else if (fu <= fv || v === x || v === w) {
      v = u;
      fv = fu;
    }
  }
  return x;
}
