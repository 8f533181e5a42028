import { mean } from '../math/vectors.js';
import type { ImportedLog } from './imported-log.js';
import { LOSS_COLUMNS } from './log-reader.js';

/** Updates from which on the autocorrelation of the residuals tells anything. */
const LEAST_FOR_SMOOTHING = 30;
/** Half the width of the moving line that the residuals are taken from. */
const HALF_WIDTH = 6;
/** Autocorrelation of the residuals above which losses look smoothed: independent minibatch noise has about -0.1 there. */
const SMOOTHED = 0.4;

/** What the runs can and cannot identify, one sentence each, and which short run would. */
export function identifiedBy(logs: readonly ImportedLog[]): string[] {
  const rates = new Set(logs.flatMap(({ steps }) => steps.map(({ lr }) => lr)));
  const constant = logs.filter(({ steps }) => new Set(steps.map(({ lr }) => lr)).size === 1);
  const seeds = new Set(logs.map(({ header }) => header.seed));
  return [
    ...(rates.size === 1
      ? [
          `Drift and noise are not told apart: every update has the rate ${[...rates][0]}. A run of 50 updates would do whose rate falls to a tenth for 10 of them.`,
        ]
      : constant.length > 0
        ? [
            `${constant.length} of ${logs.length} runs hold one rate: what a change of the rate does shows in the others alone.`,
          ]
        : []),
    ...(logs.length < 2 ? ['A fit needs two independent runs: add one with another seed.'] : []),
    ...(logs.length > 1 && seeds.size < logs.length && !seeds.has(undefined)
      ? ['Runs share a seed: only those with different weights and minibatches are independent.']
      : []),
    ...logs.flatMap(smoothing),
  ];
}

/** What of a log is looked at, whether it was just imported or read again. */
interface LoggedLosses {
  readonly header: { readonly run_id: string };
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

/** Of a log whose neighbouring losses move together, that it does not give the diffusion; nothing of any other. */
export function smoothing({ header, steps }: LoggedLosses): string[] {
  const column = LOSS_COLUMNS.find((name) => steps[0]?.[name] !== undefined);
  const losses = steps.map((step) => Number(step[column ?? '']));
  if (losses.length < LEAST_FOR_SMOOTHING || !losses.every(Number.isFinite)) return [];
  const correlation = residualAutocorrelation(losses);
  if (!(correlation > SMOOTHED)) return [];
  return [
    `${header.run_id}: the diffusion is not identified: neighbouring losses move together (autocorrelation ` +
      `${correlation.toFixed(2)}), as those of a running mean do. Log the loss of each minibatch as it is.`,
  ];
}

/** Autocorrelation, one update apart, of what is left of the losses beside a line through those around them. */
export function residualAutocorrelation(losses: readonly number[]): number {
  const residuals = losses.slice(HALF_WIDTH, -HALF_WIDTH).map((loss, i) => {
    // On a symmetric window the middle of the least-squares line is the mean.
    return loss - mean(losses.slice(i, i + 2 * HALF_WIDTH + 1));
  });
  const power = residuals.reduce((sum, value) => sum + value * value, 0);
  const lagged = residuals.slice(1).reduce((sum, value, i) => sum + value * residuals[i], 0);
  return power === 0 ? NaN : lagged / power;
}
