import type { Closure, Scales, StateFilter } from '../closures/index.js';
import type { PilotRun } from './observations.js';
import { fitPrior, logPrior, valuesOf, type LogParameters, type NormalPrior } from './priors.js';

const LOG_TWO_PI = Math.log(2 * Math.PI);

/**
 * ln likelihood of one run by the filter's innovations e_k of variance V_k: -(1/2) sum (ln 2 pi V_k + e_k^2 / V_k). Of a
 * run that forked the updates that it shares count in the run that it left.
 */
export function runLogLikelihood(filter: StateFilter, run: PilotRun): number {
  let state = filter.init();
  let sum = 0;
  const first = run.fork?.shared ?? 0;
  for (let k = 0; k < run.losses.length; k += 1) {
    const { state: updated, innovation, innovationVariance } = filter.update(state, run.losses[k]);
    if (k >= first) sum -= 0.5 * (LOG_TWO_PI + Math.log(innovationVariance) + innovation ** 2 / innovationVariance);
    state = filter.predict(updated, run.rates[k]);
  }
  return sum;
}

/** The state filter of a closure for the logarithms of its parameters. */
export function filterAt(closure: Closure, theta: LogParameters, scales: Scales): StateFilter {
  return closure.recursion(closure.filter(valuesOf(closure, theta), scales));
}

/** ln likelihood of independent runs under a closure's parameters. */
export function logLikelihood(
  closure: Closure,
  theta: LogParameters,
  scales: Scales,
  runs: readonly PilotRun[],
): number {
  const filter = filterAt(closure, theta, scales);
  return runs.reduce((sum, run) => sum + runLogLikelihood(filter, run), 0);
}

/** ln posterior density up to a constant: the log-likelihood plus the stated prior. */
export function logPosterior(
  closure: Closure,
  theta: LogParameters,
  scales: Scales,
  runs: readonly PilotRun[],
  prior: NormalPrior = fitPrior(closure),
): number {
  return logLikelihood(closure, theta, scales, runs) + logPrior(prior)(theta);
}

/** Predicted loss before each update of a run, from the closure's start and the rates alone: no observation enters. */
export function predictLosses(filter: StateFilter, rates: ArrayLike<number>): Float64Array {
  const predicted = new Float64Array(rates.length);
  let state = filter.init();
  for (let k = 0; k < rates.length; k += 1) {
    predicted[k] = filter.predictedLoss(state);
    state = filter.predict(state, rates[k]);
  }
  return predicted;
}

/** Smallest and largest value of each state over runs, as the filter sees them after each observation. */
export function visitedStates(filter: StateFilter, runs: readonly PilotRun[]): [number, number][] {
  const ranges = filter.stateNames.map((): [number, number] => [Infinity, -Infinity]);
  for (const { losses, rates } of runs) {
    let state = filter.init();
    for (let k = 0; k < losses.length; k += 1) {
      const updated = filter.update(state, losses[k]).state;
      filter.states(updated).forEach((value, i) => {
        ranges[i] = [Math.min(ranges[i][0], value), Math.max(ranges[i][1], value)];
      });
      state = filter.predict(updated, rates[k]);
    }
  }
  return ranges;
}
