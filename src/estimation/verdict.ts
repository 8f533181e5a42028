import { rootMeanSquare } from 'simple-statistics';
import type { ClosureFit } from '../artifacts/coefficients/coefficients.js';
import type { Closure, Scales, StateFilter } from '../closures/index.js';
import { refitClosure } from './fit.js';
import { filterAt, predictLosses } from './likelihood.js';
import { familiesOf, type PilotRun, type RunFamily } from './observations.js';
import type { LogParameters } from './priors.js';

/** Updates whose losses are averaged before prediction and truth are compared: one minibatch loss is mostly noise. */
const BLOCK = 5;

type Verdict = ClosureFit['verdict'];

/**
 * Verdict on a closure: for each independent run in turn, fit to the others, and predict from the rates alone what the run
 * and its forks came to.
 *
 * Where runs decay, the error is that of the final loss after a decay, mean predicted / mean observed - 1 over the last
 * losses of each end that decays; and the error of differences is that of ln(loss of one end / loss of another), rms over
 * the pairs of ends of a run, which share their state and their minibatches. That is what a choice between schedules
 * hangs on. Without decays the error is that of all block means of 5 losses but the first, rms.
 */
export function judgeClosure(
  closure: Closure,
  scales: Scales,
  runs: readonly PilotRun[],
  mode: LogParameters,
  maximumError: number,
): Verdict {
  const families = familiesOf(runs);
  const decays = families.some((family) => family.length > 1);
  const judged = families.map((family) => {
    const others = families.filter((other) => other !== family).flat();
    const filter = filterAt(closure, refitClosure(closure, scales, others, mode), scales);
    return decays ? judgedEnds(family, (rates) => predictLosses(filter, rates)) : judgeBlocks(filter, family[0]);
  });
  const left_out = judged.flatMap(({ errors }) => errors);
  const prediction_error = rootMeanSquare(left_out.map((entry) => entry.prediction_error));
  return {
    prediction_error,
    left_out,
    within_bound: prediction_error <= maximumError,
    ...(decays ? { difference_error: rootMeanSquare(judged.flatMap(({ differences }) => differences)) } : {}),
  };
}

export interface Judged {
  readonly errors: Verdict['left_out'];
  /** Of ln(loss of one end / loss of another), predicted less observed. */
  readonly differences: readonly number[];
}

/**
 * What a run that was left out and its forks came to, against a prediction from the rates alone.
 * @param predict - losses before each update
 */
export function judgedEnds(family: RunFamily, predict: (rates: Float64Array) => Float64Array): Judged {
  const logRatios = family.map(({ rates, losses }) =>
    Math.log(finalLoss(predict(rates), family) / finalLoss(losses, family)),
  );
  const errors = family
    .slice(1)
    .map((run, i) => ({ run_id: run.id, prediction_error: Math.exp(logRatios[i + 1]) - 1 }));
  return { errors, differences: logRatios.flatMap((a, i) => logRatios.slice(i + 1).map((b) => a - b)) };
}

/** Mean loss over the last third of a run's end. */
export function finalLoss(losses: ArrayLike<number>, family: RunFamily): number {
  const last = lastUpdates(family);
  return (
    Array.from(losses)
      .slice(-last)
      .reduce((sum, loss) => sum + loss, 0) / last
  );
}

/** Updates at the end of every run of a family over which its final loss is taken. */
export function lastUpdates([own, fork]: RunFamily): number {
  return Math.max(3, Math.round((own.losses.length - (fork?.fork?.shared ?? 0)) / 3));
}

function judgeBlocks(filter: StateFilter, run: PilotRun): Judged {
  const prediction_error = relativeError(predictLosses(filter, run.rates), run.losses);
  return { errors: [{ run_id: run.id, prediction_error }], differences: [] };
}

function relativeError(predicted: Float64Array, observed: Float64Array): number {
  const truth = blockMeans(observed).slice(1);
  const guess = blockMeans(predicted).slice(1);
  return rootMeanSquare(truth.map((value, i) => guess[i] / value - 1));
}

function blockMeans(values: Float64Array): number[] {
  const blocks = Math.floor(values.length / BLOCK);
  return Array.from({ length: blocks }, (_, b) => {
    const block = values.subarray(b * BLOCK, (b + 1) * BLOCK);
    return block.reduce((sum, value) => sum + value, 0) / BLOCK;
  });
}
