import { mean, sampleRankCorrelation } from 'simple-statistics';

/** A whole run of a schedule, with what models said of it beforehand. */
export interface JudgedRun {
  readonly schedule: string;
  /** Loss at the end. */
  readonly loss: number;
  /** Losses that the model's draws give for it; one entry for a model without uncertainty. */
  readonly predicted: readonly number[];
}

/** How a model does on whole runs that it was not fitted to. */
export interface Judgement {
  /** Spearman's rank correlation of predicted and true losses; null where the predictions are all one. */
  readonly rank_correlation: number | null;
  /** rms of ln(median prediction / loss). */
  readonly error: number;
  /** rms over pairs of runs of the error of ln(loss of one / loss of the other). */
  readonly difference_error: number;
  /** Share of runs inside the model's central 95 % interval; null without draws. */
  readonly coverage: number | null;
  /** Median half-width of that interval, as a share of its middle. */
  readonly half_width: number | null;
}

export function judge(runs: readonly JudgedRun[]): Judgement {
  const middle = runs.map(({ predicted }) => quantile(predicted, 0.5));
  const losses = runs.map(({ loss }) => loss);
  const errors = runs.map(({ loss }, i) => Math.log(middle[i] / loss));
  const pairs = errors.flatMap((a, i) => errors.slice(i + 1).map((b) => a - b));
  const hasDraws = runs.every(({ predicted }) => predicted.length > 1);
  const intervals = runs.map(({ predicted }) => [quantile(predicted, 0.025), quantile(predicted, 0.975)]);
  const rank = sampleRankCorrelation(middle, losses);
  return {
    rank_correlation: Number.isFinite(rank) ? rounded(rank) : null,
    error: rounded(rms(errors)),
    difference_error: rounded(rms(pairs)),
    coverage: hasDraws
      ? rounded(mean(runs.map(({ loss }, i) => (loss >= intervals[i][0] && loss <= intervals[i][1] ? 1 : 0))))
      : null,
    half_width: hasDraws
      ? rounded(
          quantile(
            intervals.map(([low, high]) => (high - low) / (high + low)),
            0.5,
          ),
        )
      : null,
  };
}

export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function rms(values: readonly number[]): number {
  return Math.sqrt(mean(values.map((value) => value * value)));
}
