import { mean, sum } from 'simple-statistics';

/** What a run knew after one look. */
export interface Look {
  /** k, updates done. */
  readonly update: number;
  /** S, training loss of the annealed or averaged weights. */
  readonly trainingLoss: number;
  /** S + G, loss on held-out examples. */
  readonly heldOutLoss: number;
}

/** A line y = intercept + slope x by least squares. */
interface Line {
  readonly intercept: number;
  readonly slope: number;
  readonly slopeError: number;
  /** Variance of y about the line. */
  readonly variance: number;
}

/**
 * Two states along a run of k updates, the training loss S and the generalisation gap G:
 *
 *     S = level - fall ln k, so dS = -fall e^((S - level) / fall) dk,     dG = drift dk + sqrt(variance) dW.
 */
export interface GapClosure {
  readonly level: number;
  /** Fall of S in one e-fold of updates. */
  readonly fall: number;
  /** Growth of G in one update. */
  readonly drift: number;
  readonly driftError: number;
  /** Variance of G per update. */
  readonly variance: number;
}

export type GapFit =
  { readonly identified: true; readonly closure: GapClosure } | { readonly identified: false; readonly reason: string };

/** Looks that a fit goes back: both laws are local ones. */
const MEMORY = 6;
/** A line through three points has one residual; through fewer, none. */
const FEWEST = 4;

/**
 * The closure through the last looks of a run, by least squares: S in ln k, and G in k. Looks are the only observations of
 * G, so that its drift is known from them alone.
 *
 * @param looks - by increasing update
 * @returns the closure, or why the looks do not identify it
 */
export function fitGapClosure(looks: readonly Look[]): GapFit {
  const last = looks.slice(-MEMORY);
  if (last.length < FEWEST) return unidentified(`${looks.length} looks do not identify the drift of the gap`);
  const updates = last.map(({ update }) => update);
  const falling = line(
    updates.map(Math.log),
    last.map(({ trainingLoss }) => trainingLoss),
  );
  const gap = line(
    updates,
    last.map(({ heldOutLoss, trainingLoss }) => heldOutLoss - trainingLoss),
  );
  if (![falling.slope, gap.slope].every(Number.isFinite)) return unidentified('a look is not finite');
  if (falling.slope >= 0) return unidentified('the training loss does not fall');
  if (gap.slope <= gap.slopeError) return unidentified('the gap does not grow beyond its error');
  const spacing = (updates[updates.length - 1] - updates[0]) / (updates.length - 1);
  const { intercept: level, slope } = falling;
  const closure = {
    level,
    fall: -slope,
    drift: gap.slope,
    driftError: gap.slopeError,
    variance: gap.variance / spacing,
  };
  return { identified: true, closure };
}

function unidentified(reason: string): GapFit {
  return { identified: false, reason };
}

function line(x: readonly number[], y: readonly number[]): Line {
  const [meanX, meanY] = [mean([...x]), mean([...y])];
  const spread = sum(x.map((value) => (value - meanX) ** 2));
  const slope = sum(x.map((value, i) => (value - meanX) * (y[i] - meanY))) / spread;
  const intercept = meanY - slope * meanX;
  const variance = sum(x.map((value, i) => (y[i] - intercept - slope * value) ** 2)) / (x.length - 2);
  return { intercept, slope, slopeError: Math.sqrt(variance / spread), variance };
}
