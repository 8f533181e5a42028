import { mean } from 'simple-statistics';
import type { ClosureFit } from '../artifacts/coefficients/coefficients.js';
import { HjbLrError } from '../errors.js';
import { randomStream } from '../math/random.js';
import { bootstrapClosure } from './bootstrap.js';
import { closureNamed, type Closure, type ClosureState, type Scales } from '../closures/index.js';
import type { ClosureName } from '../closures/schemas.js';
import { fitClosure, identifiedParameters } from './fit.js';
import { filterAt, logLikelihood, visitedStates } from './likelihood.js';
import type { PilotRun } from './observations.js';
import { describeParameters, naturalValues } from './parameters.js';
import { valuesOf, type LogParameters } from './priors.js';
import { posteriorDraws } from './posterior.js';
import { judgeClosure } from './verdict.js';

/** Draws under which candidates are simulated: a share of 90 % is known to 2 % then. */
export const POSTERIOR_DRAWS = 200;
/** Significant digits that files keep of a draw. */
const DRAW_DIGITS = 6;

export interface EstimateOptions {
  readonly closures: readonly ClosureName[];
  /** Largest usable learning rate. */
  readonly peak: number;
  /** Updates of the full run. */
  readonly horizon: number;
  readonly bootstrap: number;
  readonly maximumPredictionError: number;
  readonly seed: number;
}

/**
 * Fits every closure to the pilot runs, with standard errors and a verdict on each.
 *
 * @param runs - at least two independent runs
 * @param onClosure - called after each closure with how many are done
 * @throws E_PILOT if the likelihood of a closure is not finite anywhere that the search went
 */
export function estimateClosures(
  runs: readonly PilotRun[],
  options: EstimateOptions,
  onClosure: (done: number) => void = () => {},
): ClosureFit[] {
  const scales: Scales = {
    firstLoss: mean(runs.filter(({ fork }) => fork === undefined).map((run) => run.losses[0])),
    peak: options.peak,
    horizon: options.horizon,
  };
  return options.closures.map((name, i) => {
    const fit = estimateClosure(closureNamed(name), scales, runs, options);
    onClosure(i + 1);
    return fit;
  });
}

/** Of the closures that a policy may follow the one that predicts left-out runs best; null if none is within the bound. */
export function selectClosure(fits: readonly ClosureFit[]): string | null {
  const usable = fits.filter(
    ({ name, verdict }) => verdict.within_bound && closureNamed(name).neverFollowed === undefined,
  );
  if (usable.length === 0) return null;
  return usable.reduce((best, fit) => (fit.verdict.prediction_error < best.verdict.prediction_error ? fit : best)).name;
}

function estimateClosure(
  closure: Closure,
  scales: Scales,
  runs: readonly PilotRun[],
  options: EstimateOptions,
): ClosureFit {
  const mode = fitClosure(closure, scales, runs);
  const likelihood = logLikelihood(closure, mode, scales, runs);
  if (!Number.isFinite(likelihood)) throw notFitted(closure.name, likelihood);
  const stream = randomStream(options.seed, `estimate/bootstrap/${closure.name}`);
  const samples = bootstrapClosure(closure, scales, runs, mode, options.bootstrap, stream);
  const identified = identifiedParameters(closure, scales, runs, mode);
  const drawing = randomStream(options.seed, `estimate/posterior/${closure.name}`);
  const draws = posteriorDraws(closure, scales, runs, { mode, resampled: samples }, POSTERIOR_DRAWS, drawing);
  return {
    name: closure.name as ClosureName,
    states: withVisited(
      closure.states(naturalValues(closure, mode, scales), scales),
      visitedStates(filterAt(closure, mode, scales), runs),
    ),
    ...closure.equations,
    parameters: describeParameters(closure, scales, mode, draws, identified),
    filter: closure.filter(valuesOf(closure, mode), scales) as ClosureFit['filter'],
    log_likelihood: likelihood,
    bootstrap: samples.map((theta) => naturalValues(closure, theta, scales)),
    posterior: draws.map((theta) => drawnClosure(closure, theta, scales)),
    verdict: judgeClosure(closure, scales, runs, mode, options.maximumPredictionError),
  };
}

/** Natural parameters of a draw, and the states from which its run starts. */
function drawnClosure(closure: Closure, theta: LogParameters, scales: Scales) {
  const { parameters, initial } = closure.filter(valuesOf(closure, theta), scales);
  const digits = (value: number): number => Number(value.toPrecision(DRAW_DIGITS));
  return {
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, digits(value)])),
    start: initial.mean.map((logarithm) => digits(Math.exp(logarithm))),
  };
}

function notFitted(closure: string, likelihood: number): HjbLrError {
  return new HjbLrError(
    'E_PILOT',
    `No ${closure} closure fits these runs: the best likelihood found is ${likelihood}.`,
    {
      remedy: 'Their losses jump beyond any noise that it knows: give a lower peak in pilot.peak and run with --fresh.',
      fields: { closure },
    },
  );
}

function withVisited(
  states: readonly ClosureState[],
  visited: readonly (readonly [number, number])[],
): ClosureFit['states'] {
  return states.map((state, i) => ({ ...state, visited: [...visited[i]] }));
}
