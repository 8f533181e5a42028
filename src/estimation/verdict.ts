import { rootMeanSquare } from 'simple-statistics';
import type { ClosureFit } from '../artifacts/coefficients/coefficients.js';
import type { Closure, Scales } from '../closures/index.js';
import { refitClosure } from './fit.js';
import { filterAt, predictLosses } from './likelihood.js';
import type { PilotRun } from './observations.js';
import type { LogParameters } from './priors.js';

/** Updates whose losses are averaged before prediction and truth are compared: one minibatch loss is mostly noise. */
const BLOCK = 5;

/**
 * Verdict on a closure: for each run in turn, fit to the others, predict the run's losses from its rates alone, and
 * compare block means: error = rms over blocks of (predicted / observed - 1). The first block is left out: there is
 * nothing to predict yet.
 */
export function judgeClosure(
  closure: Closure,
  scales: Scales,
  runs: readonly PilotRun[],
  mode: LogParameters,
  maximumError: number,
): ClosureFit['verdict'] {
  const left_out = runs.map((run) => {
    const others = runs.filter((other) => other !== run);
    const theta = refitClosure(closure, scales, others, mode);
    const predicted = predictLosses(filterAt(closure, theta, scales), run.rates);
    return { run_id: run.id, prediction_error: relativeError(predicted, run.losses) };
  });
  const prediction_error = rootMeanSquare(left_out.map((entry) => entry.prediction_error));
  return { prediction_error, left_out, within_bound: prediction_error <= maximumError };
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
