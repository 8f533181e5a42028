import { BAND } from '../simulation/statistics.js';
import type { LongRun } from '../../artifacts/sde-analysis/sde-studies.js';

/** What the long run shows. */
export function longRunSentences(
  { rate, linear, lyapunov, rates, stationary, real }: Omit<LongRun, 'sentences'>,
  horizon: number,
  changes: boolean,
): string[] {
  const trace = (matrix: readonly (readonly number[])[]): number => matrix.reduce((sum, row, i) => sum + row[i], 0);
  const error = trace(real.covariance_errors);
  const sde = stationary === null ? trace(lyapunov.second) : trace(stationary.covariance);
  const apart = Math.abs(sde - trace(real.covariance));
  const verdict =
    apart <= 2 * BAND * error
      ? 'agree within the error of the runs'
      : `differ by ${percent(apart, trace(real.covariance))}, which is the error of the SDE at this eta`;
  return [
    `The total variance in the long run is ${digits(trace(real.covariance))} ± ${digits(BAND * error)} in the real runs and ${digits(sde)} under the second-order SDE: they ${verdict}.`,
    `By the linearisation at the rest point${linear ? ', which is exact here because the mean field is linear' : ''}: ${digits(trace(lyapunov.first))} at first order, ${digits(trace(lyapunov.second))} at second order, ${digits(trace(lyapunov.real))} for the real iteration.`,
    `The rest point is approached at the rate ${digits(rates.first)} (first order), ${digits(rates.second)} (second order), ${digits(rates.real)} (real iteration) per unit of time${gapWords(stationary)}${real.rate === null ? '' : `; the correlation of the real runs decays at ${digits(real.rate)} ± ${digits(BAND * real.rate_error!)}`}.`,
    ...(changes
      ? [`The rate is not constant: the long run is at ${digits(rate)}, its value at the horizon ${horizon}, held.`]
      : []),
    ...(stationary === null
      ? ['No density: it is found for one or two weights whose noise is nowhere degenerate.']
      : []),
  ];
}

function gapWords(stationary: LongRun['stationary']): string {
  const gap = stationary?.spectral_gap ?? null;
  return gap === null ? '' : `; the spectral gap of the second-order SDE is ${digits(gap)}`;
}

function percent(part: number, whole: number): string {
  return `${digits((100 * part) / whole)} %`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
