import { Matrix, inverse } from 'ml-matrix';
import { minimizeBySimplex } from '../math/nelder-mead.js';
import type { Closure, Scales } from '../closures/index.js';
import { logLikelihood, logPosterior } from './likelihood.js';
import type { PilotRun } from './observations.js';
import {
  fitPrior,
  parameterNames,
  priorCentre,
  priorDeviations,
  type LogParameters,
  type NormalPrior,
} from './priors.js';

const FULL_SEARCH = { maximumIterations: 1500, tolerance: 1e-7 };
const RESTART_EDGE = 0.2;
const WARM_SEARCH = { maximumIterations: 400, tolerance: 1e-6 };
const HESSIAN_STEP = 0.02;

/** Least share of the prior's variance that the runs must remove before a parameter counts as identified by them. */
const IDENTIFIED_SHARE = 0.5;

/**
 * Posterior mode of a closure's parameters: maximum likelihood of the filter's innovations, times the stated prior.
 * Two simplex searches, the second from the first's end, because one simplex can collapse early.
 */
export function fitClosure(closure: Closure, scales: Scales, runs: readonly PilotRun[]): LogParameters {
  const objective = negativeLogPosterior(closure, scales, runs);
  const first = minimizeBySimplex(objective, priorCentre(closure), {
    steps: priorDeviations(closure),
    ...FULL_SEARCH,
  });
  return minimizeBySimplex(objective, first.point, { steps: edges(first.point), ...FULL_SEARCH }).point;
}

/** The mode for other runs, searched from a nearby one: bootstrap samples and runs left out. */
export function refitClosure(
  closure: Closure,
  scales: Scales,
  runs: readonly PilotRun[],
  start: LogParameters,
  prior: NormalPrior = fitPrior(closure),
): LogParameters {
  const objective = negativeLogPosterior(closure, scales, runs, prior);
  return minimizeBySimplex(objective, start, { steps: edges(start), ...WARM_SEARCH }).point;
}

/**
 * Parameters that the runs identify: those whose posterior variance, from the Hessian of the negative log posterior at
 * the mode, is at most half of the prior's.
 */
export function identifiedParameters(
  closure: Closure,
  scales: Scales,
  runs: readonly PilotRun[],
  mode: LogParameters,
): ReadonlySet<string> {
  const covariance = inverse(hessian(negativeLogPosterior(closure, scales, runs), mode), true);
  const deviations = priorDeviations(closure);
  const identified = parameterNames(closure).filter((_, i) => {
    const share = 1 - covariance.get(i, i) / deviations[i] ** 2;
    return share >= IDENTIFIED_SHARE && share <= 1;
  });
  return new Set(identified);
}

/** Second derivatives of -ln likelihood in the log parameters. */
export function likelihoodHessian(
  closure: Closure,
  scales: Scales,
  runs: readonly PilotRun[],
  at: LogParameters,
): Matrix {
  return hessian((theta) => -logLikelihood(closure, theta, scales, runs), at);
}

function negativeLogPosterior(closure: Closure, scales: Scales, runs: readonly PilotRun[], prior?: NormalPrior) {
  return (theta: LogParameters): number => -logPosterior(closure, theta, scales, runs, prior);
}

function edges(start: LogParameters): number[] {
  return start.map(() => RESTART_EDGE);
}

/** Central second differences: (f(+,+) - f(+,-) - f(-,+) + f(-,-)) / 4 h^2. */
function hessian(f: (theta: LogParameters) => number, at: LogParameters): Matrix {
  const h = HESSIAN_STEP;
  const moved = (i: number, di: number, j: number, dj: number): number =>
    f(at.map((x, k) => x + (k === i ? di : 0) + (k === j ? dj : 0)));
  const n = at.length;
  const second = new Matrix(n, n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const entry = (moved(i, h, j, h) - moved(i, h, j, -h) - moved(i, -h, j, h) + moved(i, -h, j, -h)) / (4 * h * h);
      second.set(i, j, entry);
      second.set(j, i, entry);
    }
  }
  return second;
}
