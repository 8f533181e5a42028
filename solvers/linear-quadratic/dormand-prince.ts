/** Rate of an autonomous system y' = f(y); null where f is not defined. */
export type Rate = (y: Float64Array) => Float64Array | null;

export interface Path {
  /**
   * `finished`, or why the path ends early: `undefined_rate`, f is not defined any further; `too_fast`, y leaves every
   * bound; `max_steps`.
   */
  readonly status: 'finished' | 'undefined_rate' | 'too_fast' | 'max_steps';
  /** Accepted. */
  readonly steps: number;
  /** Accepted times from 0 on, and y there. */
  readonly times: readonly number[];
  readonly points: readonly Float64Array[];
}

export interface PathOptions {
  /** End of the time interval that starts at 0; may be Infinity. */
  readonly end: number;
  /** Local error per step, relative to the entries of y. */
  readonly tolerance: number;
  readonly maximumSteps: number;
  /** Whether every accepted point is returned, else only the last. */
  readonly keepsPath: boolean;
  /** Ends the path before `end`, given y and its rate. */
  readonly isFinished?: (y: Float64Array, rate: Float64Array) => boolean;
}

/** Stages of Dormand & Prince (1980), the fifth-order solution last. */
const STAGES = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Fifth-order weights less fourth-order weights. */
const ERROR_WEIGHTS = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
/** An entry counts as at least this part of the largest one. */
const SMALL_ENTRY = 1e-3;
/** Part of the time gone by. */
const SMALLEST_STEP = 1e-14;
const SMALLEST_NUMBER = 1e-300;
const LARGEST_ENTRY = 1e150;

/** y on a path of adaptive Dormand-Prince steps of order 5, the local error held below `tolerance`. */
export function followPath(rate: Rate, start: Float64Array, options: PathOptions): Path {
  const { end, tolerance, maximumSteps, keepsPath, isFinished } = options;
  const times = [0];
  const points = [start];
  const ended = (status: Path['status']): Path => ({ status, steps, times, points });
  let [time, y, slope] = [0, start, rate(start)];
  let step = 1e-3 * Math.min(end, 1);
  let steps = 0;
  for (let count = 0; count < maximumSteps; count += 1) {
    if (slope === null) return ended('undefined_rate');
    if (time >= end || isFinished?.(y, slope)) return ended('finished');
    const length = Math.min(step, end - time);
    const attempt = dormandPrinceStep(rate, y, slope, length);
    const error = attempt === null ? Infinity : relativeError(attempt, y) / tolerance;
    if (attempt !== null && error <= 1) {
      time = length < step ? end : time + length;
      [y, slope] = [attempt.point, attempt.slope];
      steps += 1;
      if (!keepsPath) times.length = points.length = 0;
      times.push(time);
      points.push(y);
      if (largest(y) > LARGEST_ENTRY) return ended('too_fast');
    }
    step = length * Math.min(5, Math.max(0.2, 0.9 * error ** -0.2));
    if (time < end && step <= SMALLEST_STEP * time + SMALLEST_NUMBER)
      return ended(attempt === null ? 'undefined_rate' : 'too_fast');
  }
  return ended('max_steps');
}

interface Attempt {
  readonly point: Float64Array;
  readonly slope: Float64Array;
  readonly error: Float64Array;
}

/** One step from y, where the rate is `slope`; null where f is not defined at a stage. */
export function dormandPrinceStep(rate: Rate, y: Float64Array, slope: Float64Array, length: number): Attempt | null {
  const slopes = [slope];
  let point = y;
  for (const weights of STAGES) {
    point = combination(y, length, weights, slopes);
    const next = rate(point);
    if (next === null) return null;
    slopes.push(next);
  }
  const error = combination(new Float64Array(y.length), length, ERROR_WEIGHTS, slopes);
  return { point, slope: slopes[6], error };
}

/** y + length sum over stages of weight * slope. */
function combination(
  y: Float64Array,
  length: number,
  weights: readonly number[],
  slopes: readonly Float64Array[],
): Float64Array {
  const point = y.slice();
  for (let stage = 0; stage < weights.length; stage += 1) {
    const factor = length * weights[stage];
    const slope = slopes[stage];
    for (let i = 0; i < point.length; i += 1) point[i] += factor * slope[i];
  }
  return point;
}

function relativeError({ point, error }: Attempt, y: Float64Array): number {
  const floor = SMALL_ENTRY * largest(point) + Number.MIN_VALUE;
  const ratios = error.map((e, i) => Math.abs(e) / (Math.max(Math.abs(y[i]), Math.abs(point[i])) + floor));
  return ratios.every(Number.isFinite) ? largest(ratios) : Infinity;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
