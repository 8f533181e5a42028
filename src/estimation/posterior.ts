import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Closure, Scales } from '../closures/index.js';
import type { RandomStream } from '../math/random.js';
import { likelihoodHessian, refitClosure } from './fit.js';
import type { PilotRun } from './observations.js';
import { studyPrior, type LogParameters } from './priors.js';

/**
 * Share of its logarithm with which the likelihood counts: final losses spread over seeds by up to twice what the fit
 * states, four times the variance, because no closure is the truth.
 */
const LIKELIHOOD_POWER = 0.25;

/**
 * Draws from what is believed of a closure's parameters after the pilot:
 *   theta = bootstrap mode + (studied mode - mode) + Q diag(l)^(-1/2) z,
 *   Q diag(l) Q^T = power * Hessian(-ln likelihood) + diag(1 / deviation^2),
 * z standard normal, at the mode of the full fit under the studied prior: medians and deviations of the parameters over whole
 * runs of other problems. The cluster bootstrap moves the centre, so that runs that disagree widen the spread.
 *
 * @param resampled - modes of the bootstrap, in turns; the full fit's own where there are none
 * @returns `count` vectors of log parameters
 */
export function posteriorDraws(
  closure: Closure,
  scales: Scales,
  runs: readonly PilotRun[],
  { mode, resampled }: { readonly mode: LogParameters; readonly resampled: readonly LogParameters[] },
  count: number,
  stream: RandomStream,
): LogParameters[] {
  const prior = studyPrior(closure);
  const { deviations } = prior;
  const studied = refitClosure(closure, scales, runs, mode, prior);
  const likelihood = likelihoodHessian(closure, scales, runs, studied);
  // Where the likelihood is not finite around the mode the runs say nothing of the spread, and the priors have it alone.
  const power = likelihood.to1DArray().every(Number.isFinite) ? LIKELIHOOD_POWER : 0;
  const precision = Matrix.diag(deviations.map((deviation) => 1 / deviation ** 2));
  if (power > 0) precision.add(likelihood.mul(power));
  const axes = principalAxes(precision, Math.max(...deviations));
  const centres = resampled.length === 0 ? [mode] : resampled;
  return Array.from({ length: count }, (_, draw) => {
    const theta = centres[draw % centres.length].map((value, i) => value + studied[i] - mode[i]);
    for (const axis of axes) {
      const z = stream.normal();
      axis.forEach((entry, i) => (theta[i] += z * entry));
    }
    return theta;
  });
}

/** Columns of Q diag(l)^(-1/2); along no axis is the spread larger than the widest prior's. */
function principalAxes(precision: Matrix, widest: number): number[][] {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(precision, { assumeSymmetric: true });
  return realEigenvalues.map((eigenvalue, j) => {
    const spread = Math.min(widest, 1 / Math.sqrt(Math.max(eigenvalue, Number.MIN_VALUE)));
    return eigenvectorMatrix.getColumn(j).map((entry) => spread * entry);
  });
}
