import { minimizeInBox } from '../../solvers/characteristics/box-minimizer.js';
import { spectrum, type Quadratic } from './quadratic.js';

/**
 * Schedule-Free SGD on a quadratic, y = (1 - b) z + b x, g the gradient at y, z' = z - u g, x' = x + c (z' - x), with the weights
 * x returned, by the second moments of every mode l: A = E z^2, C = E z x, X = E x^2. With p = 1 - u l (1 - b), q = -u l b,
 * s = s0 l (floor + feedback L(y)) and D = p C + q X,
 *   A' = p^2 A + 2 p q C + q^2 X + u^2 s,   C' = (1 - c) D + c A',   X' = (1 - c)^2 X + 2 c (1 - c) D + c^2 A'.
 * Every control has one exact score, and its derivatives follow from the costates backwards.
 */
export interface JointControls {
  /** Rate u, look-ahead b and averaging weight c of every update. */
  readonly rate: Float64Array;
  readonly lookAhead: Float64Array;
  readonly weight: Float64Array;
}

interface Moments {
  readonly A: Float64Array;
  readonly C: Float64Array;
  readonly X: Float64Array;
}

/** Final loss of x. */
export function jointLoss(problem: Quadratic, controls: JointControls): number {
  return forward(problem, controls, null);
}

function forward(problem: Quadratic, { rate, lookAhead, weight }: JointControls, history: Moments[] | null): number {
  const { lam, start } = spectrum(problem);
  const { s0, floor, feedback } = problem;
  const [A, C, X] = [start.slice(), start.slice(), start.slice()];
  for (let k = 0; k < rate.length; k += 1) {
    history?.push({ A: A.slice(), C: C.slice(), X: X.slice() });
    const [u, b, c] = [rate[k], lookAhead[k], weight[k]];
    const level = s0 * (floor + (feedback === 0 ? 0 : feedback * lossAtY(lam, { A, C, X }, b)));
    for (let i = 0; i < lam.length; i += 1) {
      const [p, q] = [1 - u * lam[i] * (1 - b), -u * lam[i] * b];
      const D = p * C[i] + q * X[i];
      const next = p * p * A[i] + 2 * p * q * C[i] + q * q * X[i] + u * u * level * lam[i];
      X[i] = (1 - c) ** 2 * X[i] + 2 * c * (1 - c) * D + c * c * next;
      C[i] = (1 - c) * D + c * next;
      A[i] = next;
    }
  }
  return lam.reduce((sum, l, i) => sum + (l * X[i]) / 2, 0);
}

function lossAtY(lam: Float64Array, { A, C, X }: Moments, b: number): number {
  let sum = 0;
  for (let i = 0; i < lam.length; i += 1) {
    sum += lam[i] * ((1 - b) ** 2 * A[i] + 2 * b * (1 - b) * C[i] + b * b * X[i]);
  }
  return sum / 2;
}

/** Final loss with its derivatives in every control of every update. */
export function jointSlopes(
  problem: Quadratic,
  controls: JointControls,
): { readonly value: number; readonly slopes: JointControls } {
  const { lam } = spectrum(problem);
  const { s0, floor, feedback } = problem;
  const { rate, lookAhead, weight } = controls;
  const history: Moments[] = [];
  const value = forward(problem, controls, history);
  const slopes = { rate: rate.map(() => 0), lookAhead: rate.map(() => 0), weight: rate.map(() => 0) };
  const n = lam.length;
  const [a, g, x] = [new Float64Array(n), new Float64Array(n), lam.map((l) => l / 2)];
  for (let k = rate.length - 1; k >= 0; k -= 1) {
    const [u, b, c] = [rate[k], lookAhead[k], weight[k]];
    const { A, C, X } = history[k];
    const level = s0 * (floor + (feedback === 0 ? 0 : feedback * lossAtY(lam, history[k], b)));
    let [inRate, inLook, inWeight, inLevel] = [0, 0, 0, 0];
    for (let i = 0; i < n; i += 1) {
      const l = lam[i];
      const [p, q] = [1 - u * l * (1 - b), -u * l * b];
      const D = p * C[i] + q * X[i];
      const next = p * p * A[i] + 2 * p * q * C[i] + q * q * X[i] + u * u * level * l;
      inWeight += x[i] * (-2 * (1 - c) * X[i] + 2 * (1 - 2 * c) * D + 2 * c * next) + g[i] * (next - D);
      const ofNext = a[i] + c * c * x[i] + c * g[i];
      const ofD = 2 * c * (1 - c) * x[i] + (1 - c) * g[i];
      const inP = ofNext * (2 * p * A[i] + 2 * q * C[i]) + ofD * C[i];
      const inQ = ofNext * (2 * p * C[i] + 2 * q * X[i]) + ofD * X[i];
      inRate += 2 * ofNext * u * level * l - l * (1 - b) * inP - l * b * inQ;
      inLook += u * l * (inP - inQ);
      inLevel += ofNext * u * u * l;
      a[i] = ofNext * p * p;
      g[i] = 2 * ofNext * p * q + ofD * p;
      x[i] = ofNext * q * q + ofD * q + (1 - c) ** 2 * x[i];
    }
    if (feedback > 0) {
      const ofLoss = inLevel * s0 * feedback;
      for (let i = 0; i < n; i += 1) {
        const half = (lam[i] * ofLoss) / 2;
        a[i] += half * (1 - b) ** 2;
        g[i] += half * 2 * b * (1 - b);
        x[i] += half * b * b;
        inLook += half * (-2 * (1 - b) * A[i] + 2 * (1 - 2 * b) * C[i] + 2 * b * X[i]);
      }
    }
    slopes.rate[k] = inRate;
    slopes.lookAhead[k] = inLook;
    slopes.weight[k] = inWeight;
  }
  return { value, slopes };
}

/** Schedule-Free with constant rate and look-ahead: weights (k + 1)^power over their sum. */
export function scheduleFree(horizon: number, rate: number, lookAhead: number, power: number): JointControls {
  let sum = 0;
  const weight = Float64Array.from({ length: horizon }, (_, k) => {
    const own = (k + 1) ** power;
    sum += own;
    return own / sum;
  });
  const constant = (value: number): Float64Array => new Float64Array(horizon).fill(value);
  return { rate: constant(rate), lookAhead: constant(lookAhead), weight };
}

/** Bounds of u, 1 - b and c. */
const BOUNDS = [
  [1e-3, 40],
  [0.003, 1],
  [1e-4, 1],
] as const;
/** Longest steps are stable where u l_1 (1 - b) is below this. */
const UNSTABLE = 1e3;

export interface Joint {
  readonly loss: number;
  readonly controls: JointControls;
}

/**
 * Controls of least final loss near others, each constant on `knots` stretches that are short at both ends of the run: projected
 * quasi-Newton on the logarithms of u, 1 - b and c, from what the others are in the geometric mean on each stretch.
 */
export function bestJoint(problem: Quadratic, from: JointControls, { knots = 48, iterations = 150 } = {}): Joint {
  const { horizon } = problem;
  const ends = Array.from({ length: knots }, (_, j) => {
    const s = (j + 1) / knots;
    return Math.max(j + 1, Math.round((horizon * (1 - Math.cos(Math.PI * s))) / 2));
  });
  const stretch = Int32Array.from({ length: horizon }, (_, k) => ends.findIndex((end) => k < end));
  const spread = (logs: Float64Array): JointControls => {
    const of = (offset: number) => Float64Array.from(stretch, (j) => Math.exp(logs[offset + j]));
    return { rate: of(0), lookAhead: of(knots).map((one) => 1 - one), weight: of(2 * knots) };
  };
  const [lower, upper] = [0, 1].map((end) =>
    Float64Array.from({ length: 3 * knots }, (_, j) => Math.log(BOUNDS[Math.floor(j / knots)][end])),
  );
  const start = new Float64Array(3 * knots);
  const counts = new Float64Array(knots);
  stretch.forEach((j, k) => {
    counts[j] += 1;
    start[j] += Math.log(from.rate[k]);
    start[knots + j] += Math.log(1 - from.lookAhead[k]);
    start[2 * knots + j] += Math.log(from.weight[k]);
  });
  start.forEach((sum, j) => (start[j] = Math.min(upper[j], Math.max(lower[j], sum / Math.max(1, counts[j % knots])))));
  const { point } = minimizeInBox(
    {
      evaluate: (logs) => {
        const controls = spread(logs);
        const { value, slopes } = jointSlopes(problem, controls);
        const usable = value > 0 && value < UNSTABLE;
        const gradient = (): Float64Array => {
          const sums = new Float64Array(3 * knots);
          stretch.forEach((j, k) => {
            sums[j] += (slopes.rate[k] * controls.rate[k]) / value;
            sums[knots + j] -= (slopes.lookAhead[k] * (1 - controls.lookAhead[k])) / value;
            sums[2 * knots + j] += (slopes.weight[k] * controls.weight[k]) / value;
          });
          return sums;
        };
        return { value: usable ? Math.log(value) : Math.log(UNSTABLE), gradient };
      },
      lower,
      upper,
      weights: new Float64Array(3 * knots).fill(1 / knots),
    },
    start,
    { tolerance: 1e-6, maximumIterations: iterations, ordinaryValue: 1 },
  );
  const controls = spread(point);
  return { loss: jointLoss(problem, controls), controls };
}

/** What control of all three is worth on one case. */
export interface JointResult {
  readonly id: string;
  /** Least final loss over constants, and which. */
  readonly constant: {
    readonly rate: number;
    readonly look_ahead: number;
    readonly power: number;
    readonly loss: number;
  };
  readonly joint: number;
  /** [share of the run, u, b, c] of the optimum. */
  readonly controls: readonly (readonly number[])[];
}

const RATES = [0.3, 0.6, 1, 2, 4, 8, 16];
const LOOK_AHEADS = [0.5, 0.8, 0.9, 0.97];
const SHOWN = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99];

/** The best constants of Schedule-Free on a grid, and the joint optimum near the best two of different power. */
export function studyJoint(problem: Quadratic): JointResult {
  const { horizon } = problem;
  const at = (rate: number, look_ahead: number, power: number) => {
    const loss = jointLoss(problem, scheduleFree(horizon, rate, look_ahead, power));
    return { rate, look_ahead, power, loss: Number.isFinite(loss) ? loss : Infinity };
  };
  const starts = [0, 1].map((power) =>
    RATES.flatMap((rate) => LOOK_AHEADS.map((b) => at(rate, b, power))).reduce((low, one) =>
      one.loss < low.loss ? one : low,
    ),
  );
  const found = starts
    .filter(({ loss }) => Number.isFinite(loss))
    .map(({ rate, look_ahead, power }) => bestJoint(problem, scheduleFree(horizon, rate, look_ahead, power)));
  const best = found.reduce((low, one) => (one.loss < low.loss ? one : low));
  const digits = (value: number): number => Number(value.toPrecision(4));
  return {
    id: problem.id,
    constant: starts.reduce((low, one) => (one.loss < low.loss ? one : low)),
    joint: digits(best.loss),
    controls: SHOWN.map((share) => {
      const k = Math.floor(share * horizon);
      return [share, best.controls.rate[k], best.controls.lookAhead[k], best.controls.weight[k]].map(digits);
    }),
  };
}

/** The prototypes' joint optima, which the study is to reach within 10 %. */
const PROTOTYPES: Readonly<Record<string, number>> = { '0': 0.0026, '3': 0.0046, '4': 0.081 };

export function jointText(results: readonly JointResult[]): string {
  const rows = results.map(({ id, constant, joint, controls }) => [
    id,
    `${constant.loss.toPrecision(3)} (u ${constant.rate}, b ${constant.look_ahead}, weights k^${constant.power})`,
    String(joint),
    PROTOTYPES[id] === undefined ? 'none' : String(PROTOTYPES[id]),
    controls.map(([share, u, b, c]) => `${share}: ${u}, ${b}, ${c}`).join('; '),
  ]);
  const head = ['case', 'best constants', 'all three controlled', 'prototype', 'share of the run: u, b, c'];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    '# Rate, look-ahead and averaging weight of Schedule-Free on exact quadratics',
    '',
    'Final expected loss of x with the true coefficients: the headroom of such a control, not what a fit reaches.',
    '',
    ...[head, head.map(() => '---'), ...rows].map(line),
    '',
  ].join('\n');
}
