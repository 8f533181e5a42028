import { minimizeInBox } from '../../solvers/characteristics/box-minimizer.js';
import { randomStream } from '../../src/math/random.js';

/**
 * SGD on a quadratic of d modes, L = (1/2) sum lam_i theta_i^2, with gradient noise of covariance s0 lam_i (fl + mu L):
 *   lam_i = i^-p,   E theta_i(0)^2 = i^-q / lam_i,
 *   m_i <- (1 - u lam_i)^2 m_i + u^2 s0 lam_i (fl + mu L)   for m_i = E theta_i^2: exact, so that every schedule has one score.
 */
export interface Quadratic {
  readonly id: string;
  readonly horizon: number;
  readonly modes: number;
  readonly p: number;
  readonly q: number;
  readonly s0: number;
  readonly floor: number;
  readonly feedback: number;
  /** Whether its parameters are those of the prototypes' table; the others are chosen here. */
  readonly recorded: boolean;
}

const quadratic = (id: string, values: readonly number[], recorded: boolean): Quadratic => {
  const [horizon, modes, p, q, s0, floor, feedback] = values;
  return { id, horizon, modes, p, q, s0, floor, feedback, recorded };
};

export const QUADRATICS: readonly Quadratic[] = [
  quadratic('0', [2000, 200, 1, 1.2, 0.05, 1, 0], true),
  quadratic('1', [2000, 200, 1, 1.5, 0.05, 1, 0], false),
  quadratic('2', [2000, 200, 1, 1.2, 0.5, 1, 0], false),
  quadratic('3', [1000, 500, 1.5, 1.1, 0.005, 1, 0], true),
  quadratic('4', [1000, 500, 1.5, 1.1, 0.5, 0, 1], true),
  quadratic('5', [1000, 500, 1.5, 1.1, 0.05, 1, 0], false),
  quadratic('6', [1000, 200, 1, 1.2, 0.05, 0, 1], false),
];

function spectrum({ modes, p, q }: Quadratic): { lam: Float64Array; start: Float64Array } {
  const lam = Float64Array.from({ length: modes }, (_, i) => (i + 1) ** -p);
  return { lam, start: lam.map((value, i) => (i + 1) ** -q / value) };
}

/** Expected loss before each update under these rates, and at the end. */
export function expectedLosses(problem: Quadratic, rates: ArrayLike<number>): { before: Float64Array; end: number } {
  const { lam, start } = spectrum(problem);
  const { s0, floor, feedback } = problem;
  const m = start.slice();
  const before = new Float64Array(rates.length);
  for (let k = 0; k < rates.length; k += 1) {
    before[k] = lossOf(lam, m);
    const noise = rates[k] ** 2 * s0 * (floor + feedback * before[k]);
    for (let i = 0; i < m.length; i += 1) m[i] = (1 - rates[k] * lam[i]) ** 2 * m[i] + noise * lam[i];
  }
  return { before, end: lossOf(lam, m) };
}

/** Expected loss at the end. */
export function finalLoss(problem: Quadratic, rates: ArrayLike<number>): number {
  return expectedLosses(problem, rates).end;
}

/** The expected losses as minibatches would show them: 5 % noise, the same minibatches for the runs of a seed. */
export function seenLosses(problem: Quadratic, rates: ArrayLike<number>, seed: number): Float64Array {
  const stream = randomStream(seed, 'quadratic/seen');
  return expectedLosses(problem, rates).before.map((loss) => loss * (1 + 0.05 * stream.normal()));
}

function lossOf(lam: Float64Array, m: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < m.length; i += 1) sum += lam[i] * m[i];
  return sum / 2;
}

/**
 * Rates, constant on `knots` stretches that shrink towards the end, of least expected final loss among those up to `largest`:
 * projected quasi-Newton on their logarithms with the exact gradient by the adjoint of the recursion.
 */
export function bestRates(problem: Quadratic, largest: number, from: number, knots = 80): Float64Array {
  const { horizon } = problem;
  const ends = Array.from({ length: knots }, (_, j) => Math.round(horizon * (1 - (1 - (j + 1) / knots) ** 1.6)));
  const stretch = Int32Array.from({ length: horizon }, (_, k) => ends.findIndex((end) => k < end));
  const spread = (logs: Float64Array) => Float64Array.from(stretch, (j) => Math.exp(logs[j]));
  const { point } = minimizeInBox(
    {
      evaluate: (logs) => {
        const rates = spread(logs);
        const { value, slopes } = withSlopes(problem, rates);
        const gradient = (): Float64Array => {
          const sums = new Float64Array(knots);
          slopes.forEach((slope, k) => (sums[stretch[k]] += (slope * rates[k]) / value));
          return sums;
        };
        return { value: Math.log(value), gradient };
      },
      lower: new Float64Array(knots).fill(Math.log(largest * 1e-4)),
      upper: new Float64Array(knots).fill(Math.log(largest)),
      weights: new Float64Array(knots).fill(1 / knots),
    },
    new Float64Array(knots).fill(Math.log(Math.min(from, largest))),
    { tolerance: 1e-7, maximumIterations: 300, ordinaryValue: 1 },
  );
  return spread(point);
}

/** Final loss with its derivative in the rate of every update. */
function withSlopes(problem: Quadratic, rates: Float64Array): { value: number; slopes: Float64Array } {
  const { lam, start } = spectrum(problem);
  const { s0, floor, feedback } = problem;
  const history = [start];
  for (const u of rates) {
    const m = history[history.length - 1];
    const noise = u * u * s0 * (floor + feedback * lossOf(lam, m));
    history.push(m.map((value, i) => (1 - u * lam[i]) ** 2 * value + noise * lam[i]));
  }
  const slopes = new Float64Array(rates.length);
  let costate = lam.map((value) => value / 2);
  for (let k = rates.length - 1; k >= 0; k -= 1) {
    const [u, m] = [rates[k], history[k]];
    const level = s0 * (floor + feedback * lossOf(lam, m));
    const carried = costate.reduce((sum, p, i) => sum + p * lam[i], 0);
    slopes[k] = costate.reduce(
      (sum, p, i) => sum + p * (2 * u * level * lam[i] - 2 * lam[i] * (1 - u * lam[i]) * m[i]),
      0,
    );
    costate = costate.map((p, i) => (1 - u * lam[i]) ** 2 * p + 0.5 * lam[i] * u * u * s0 * feedback * carried);
  }
  return { value: lossOf(lam, history[history.length - 1]), slopes };
}

/** A run of SGD itself, with the losses that a minibatch shows: the loss at the weights, 5 % noise. */
export class QuadraticRun {
  readonly #problem: Quadratic;
  readonly #lam: Float64Array;
  readonly theta: Float64Array;
  readonly #noise;
  readonly #seen;

  constructor(problem: Quadratic, seed: number) {
    const { lam, start } = spectrum(problem);
    const initial = randomStream(seed, 'quadratic/initial');
    this.#problem = problem;
    this.#lam = lam;
    // Their squares are their expectations: only noise tells one run from another.
    this.theta = start.map((m) => (initial.uniform() < 0.5 ? -1 : 1) * Math.sqrt(m));
    this.#noise = randomStream(seed, 'quadratic/noise');
    this.#seen = randomStream(seed, 'quadratic/seen');
  }

  /** Loss as it is seen, and the gradient of this update. */
  look(): { loss: number; gradient: Float64Array } {
    const { s0, floor, feedback } = this.#problem;
    const loss = lossOf(
      this.#lam,
      this.theta.map((value) => value * value),
    );
    const deviation = Math.sqrt(s0 * (floor + feedback * loss));
    const gradient = this.theta.map(
      (value, i) => this.#lam[i] * value + deviation * Math.sqrt(this.#lam[i]) * this.#noise.normal(),
    );
    return { loss: loss * (1 + 0.05 * this.#seen.normal()), gradient };
  }

  /** The losses along these rates. */
  follow(rates: readonly number[]): number[] {
    return rates.map((rate) => {
      const { loss, gradient } = this.look();
      gradient.forEach((g, i) => (this.theta[i] -= rate * g));
      return loss;
    });
  }
}
