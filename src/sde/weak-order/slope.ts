const abs = Math.abs;
const log = Math.log;
const sqrt = Math.sqrt;

/** Errors that stand out by less than this many of their uncertainties say nothing about an order. */
const STAND_OUT = 2;

export interface Slope {
  readonly slope: number | null;
  readonly slope_error: number | null;
}

/**
 * The observed order: slope of ln |error| over ln eta by weighted least squares, weights (error / uncertainty)^2 where there
 * is noise. Its standard error is that of the noise.
 */
export function fittedSlope(
  etas: readonly number[],
  errors: readonly number[],
  uncertainties: readonly number[],
): Slope {
  const used = etas
    .map((eta, k) => ({ x: log(eta), error: errors[k], uncertainty: uncertainties[k] }))
    .filter(({ error, uncertainty }) => abs(error) > STAND_OUT * uncertainty && error !== 0);
  if (used.length < 2) return { slope: null, slope_error: null };
  const isNoisy = used.some(({ error, uncertainty }) => uncertainty > 0.05 * abs(error));
  const points = used.map(({ x, error, uncertainty }) => ({
    x,
    y: log(abs(error)),
    weight: isNoisy ? (error / uncertainty) ** 2 : 1,
    variance: (uncertainty / error) ** 2,
  }));
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const center = points.reduce((sum, { x, weight }) => sum + weight * x, 0) / total;
  const spread = points.reduce((sum, { x, weight }) => sum + weight * (x - center) ** 2, 0);
  const slope = points.reduce((sum, { x, y, weight }) => sum + weight * (x - center) * y, 0) / spread;
  const variance = points.reduce((sum, p) => sum + ((p.weight * (p.x - center)) / spread) ** 2 * p.variance, 0);
  return { slope, slope_error: sqrt(variance) };
}
