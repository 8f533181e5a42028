import { Matrix } from 'ml-matrix';
import type { LongRun } from '../../artifacts/sde-analysis/sde-studies.js';
import { HjbLrError } from '../../errors.js';
import { countIssues, refuseOptions, seedIssues } from '../door-studies.js';
import type { SgdModel } from '../model.js';
import { refuseKept } from '../restarted-alone.js';
import { coefficientsOf } from '../simulation/coefficients.js';
import { rateWithin } from '../simulation/rate-bounds.js';
import { countsOver } from './histogram.js';
import { lyapunov, spectrumOf, stein } from './linear.js';
import { realAverages } from './real-averages.js';
import { restPoint } from './rest-point.js';
import { longRunSentences } from './sentences.js';
import { stationaryLine } from './stationary-line.js';
import { stationaryPlane } from './stationary-plane.js';

const abs = Math.abs;
const ceil = Math.ceil;
const max = Math.max;
const min = Math.min;
const sqrt = Math.sqrt;

export interface LongRunOptions {
  /** Long real runs; 64 by default. */
  readonly runs?: number;
  readonly seed?: number;
}

const RUNS = 64;
/** Time constants that a run forgets, and that it is averaged over. */
const FORGOTTEN = 12;
const AVERAGED = 200;
const MOST_UPDATES = 200_000;
/** Change of D hbar from the start to the rest point, relative, below which the mean field is called linear. */
const LINEAR = 1e-6;
/** Nodes of a line that are written: every fifth. */
const STRIDE = 5;

/**
 * Where the weights come to: the invariant measure of the SDE at the rate that holds at the horizon, and the rate at which
 * it is approached, against long real runs. The linearisation at the rest point gives covariances (A C + C A^T = eta u^2 S,
 * A = u D or u D + (eta / 2) u^2 D^2; C = M C M^T + (eta u)^2 S, M = I - eta u D, for the real iteration) and rates; the
 * forward equation the stationary density of the second-order SDE of one or two weights.
 *
 * @returns the section `long_run` of the result
 * @throws E_INVALID for options out of range or a rate of 0 at the horizon; E_NOT_CONVERGED where there is no stable rest
 * point or its linearised iteration is not stable
 *
 * @example
 * const { lyapunov, real } = longRun(model, { runs: 16, seed: 1 });
 * lyapunov.real[0][0]; // l S / (a (2 - l a)) of a linear model with l = eta u, and real.covariance[0][0] about that
 */
export function longRun(model: SgdModel, options: LongRunOptions = {}): LongRun {
  const { runs = RUNS, seed = 0 } = options;
  refuseOptions('the long run', [...countIssues({ runs }), ...seedIssues(seed)]);
  refuseKept(model, 'longRun', 'Leave --long-run out, or write "start": "zero".');
  const { eta, horizon } = model;
  const { theta: center, D } = restPoint(model);
  const n = center.length;
  const u = heldRate(model, center);
  const S = Matrix.from1DArray(n, n, model.fields.meanFieldAndCovariance(center).values.slice(n));
  const linearised = linearisation({ D, S, u, eta });
  const mode = spectrumOf(D).mode;
  const perUpdate = linearised.rates.real * eta;
  const lag = max(1, Math.round(1 / perUpdate));
  const task = {
    forgotten: min(MOST_UPDATES, ceil(FORGOTTEN / perUpdate)),
    updates: min(MOST_UPDATES, ceil(AVERAGED / perUpdate)),
  };
  const stationary = stationaryLaw(model, center, linearised);
  const counts = stationary === null ? null : countsOver(stationary.density.axes);
  const visit = counts?.visit ?? (() => undefined);
  const real = { runs, ...task, ...realAverages({ model, runs, seed, center, mode, lag, visit, ...task }) };
  const section: Omit<LongRun, 'sentences'> = {
    rate: u,
    rest_point: [...center],
    linear: isLinear(model, D),
    lyapunov: linearised.covariances,
    rates: linearised.rates,
    stationary: stationary && { ...stationary, density: { ...stationary.density, real: counts!.density() } },
    real,
  };
  return { ...section, sentences: longRunSentences(section, horizon, dependsOnTime(model, center)) };
}

/** @throws E_INVALID where nothing moves */
function heldRate(model: SgdModel, center: Float64Array): number {
  const u = rateWithin(model, model.horizon, center);
  if (u > 0) return u;
  throw new HjbLrError('E_INVALID', 'The rate is 0 at the horizon: the weights stand still in the long run.', {
    remedy: 'Study the long run with a constant rate.',
    fields: { t: model.horizon },
  });
}

function dependsOnTime({ rate, horizon }: SgdModel, center: Float64Array): boolean {
  return [0, 0.3, 0.6].some((share) => rate.value(share * horizon, center) !== rate.value(horizon, center));
}

interface Linearised {
  readonly covariances: { first: number[][]; second: number[][]; real: number[][] };
  readonly rates: { first: number; second: number; real: number };
}

function linearisation({ D, S, u, eta }: { D: Matrix; S: Matrix; u: number; eta: number }): Linearised {
  const [A1, noise] = [Matrix.mul(D, u), Matrix.mul(S, eta * u * u)];
  const A2 = Matrix.add(A1, D.mmul(D).mul((eta * u * u) / 2));
  const M = Matrix.eye(D.rows).sub(Matrix.mul(D, eta * u));
  const { real, imaginary } = spectrumOf(M);
  const radius = real.reduce((most, value, k) => max(most, Math.hypot(value, imaginary[k])), 0);
  if (!(radius < 1)) {
    throw new HjbLrError('E_NOT_CONVERGED', 'The real iteration is not stable at the rest point at this rate.', {
      remedy: 'Take a smaller eta or rate.',
      fields: { spectral_radius: radius },
    });
  }
  return {
    covariances: {
      first: lyapunov(A1, noise).to2DArray(),
      second: lyapunov(A2, noise).to2DArray(),
      real: stein(M, Matrix.mul(noise, eta)).to2DArray(),
    },
    rates: {
      first: spectrumOf(A1).slowest,
      second: spectrumOf(A2).slowest,
      real: -Math.log(max(radius, 1e-300)) / eta,
    },
  };
}

function isLinear({ fields, start }: SgdModel, D: Matrix): boolean {
  const there = fields.jacobian(start).values;
  const here = D.to1DArray();
  const size = here.reduce((most, value) => max(most, abs(value)), 0);
  return here.every((value, k) => abs(value - there[k]) <= LINEAR * size);
}

type StationaryLaw = Omit<NonNullable<LongRun['stationary']>, 'density'> & {
  density: { axes: number[][]; values: number[] };
};

/** The drift of second order and the noise, the rate held. */
function stationaryLaw(
  model: SgdModel,
  center: Float64Array,
  { covariances, rates }: Linearised,
): StationaryLaw | null {
  const n = center.length;
  if (n > 2) return null;
  const { eta, horizon, rate } = model;
  const coefficients = coefficientsOf(model, { eta, updates: ceil(horizon / eta), evaluations: 0 });
  const [hbar, S, D] = [new Float64Array(n), new Float64Array(n * n), new Float64Array(n * n)];
  const write = (theta: readonly number[], b: Float64Array, noise: Float64Array): void => {
    coefficients.at(theta, hbar, S, D);
    const u = rate.value(horizon, theta);
    for (let i = 0; i < n; i += 1) {
      let turn = 0;
      for (let j = 0; j < n; j += 1) turn += D[i * n + j] * hbar[j];
      b[i] = -u * hbar[i] - (eta / 2) * u * u * turn;
      for (let j = 0; j < n; j += 1) noise[i * n + j] = eta * u * u * S[i * n + j];
    }
  };
  const deviations = covariances.second.map((row, i) => sqrt(row[i]));
  if (!deviations.every((value) => value > 1e-9)) return null;
  if (n === 2) {
    const plane = stationaryPlane(write, [...center], deviations, rates.second);
    if (plane === null) return null;
    const { mean, covariance, gap, axes, density } = plane;
    return { mean, covariance, spectral_gap: gap, density: { axes, values: density } };
  }
  const [b, noise] = [new Float64Array(1), new Float64Array(1)];
  const line = stationaryLine(
    (theta) => (write([theta], b, noise), { b: b[0], a: noise[0] / 2 }),
    center[0],
    deviations[0],
  );
  if (line === null) return null;
  const some = (values: Float64Array): number[] => [...values].filter((_, i) => i % STRIDE === 0);
  return {
    mean: [line.mean],
    covariance: [[line.variance]],
    spectral_gap: line.gap,
    density: { axes: [some(line.x)], values: some(line.density) },
  };
}
