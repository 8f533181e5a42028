import { mean } from 'simple-statistics';
import type { DecidingFigure, MethodResult, RunResult, Series } from '../artifacts/results/results.js';
import { DECIDING_FIGURES, figureSummary, METRICS } from '../artifacts/results/results.js';
import { gradientEvaluations } from '../artifacts/training-log/training-log.js';
import { partialMasking } from '../training/partial-masking.js';
import { measuredSeries } from './measured.js';
import type { CollectedLog } from './loss-columns.js';
import type { BenchmarkMethod } from './methods.js';
import { meanInterval, standardError } from '../statistics/mean-interval.js';
import type { Difference } from '../statistics/significance.js';

/** Points that a figure shows of one run. */
const SERIES_POINTS = 100;

/** A network is dead if its final loss is no better than this share of what the best constant prediction gives, or its predictions are constant. */
const DEAD_SHARE = 0.98;

/** What a run's log does not say. */
export interface RunDetail {
  /** The training loss of the best constant prediction, `classPriorLoss`. */
  readonly constantLoss: number;
  /** Gradient evaluations spent before the run to choose it. */
  readonly spentBefore: number;
  readonly figure: DecidingFigure;
}

/** Result of one finished run, from its log, with the figure that decides. */
export function runResult(
  log: CollectedLog,
  logPath: string,
  { constantLoss, spentBefore, figure }: RunDetail,
): RunResult {
  const evaluation = log.evaluations[log.evaluations.length - 1];
  const loss = finiteOrNull(evaluation?.train_robust_loss);
  const measured = measuredSeries(log);
  const constantClass = evaluation?.constant_class;
  const warnings = [...(evaluation?.warnings ?? []), ...partialMasking(log.measurements)];
  return {
    seed: log.header.seed!,
    log: logPath,
    status: log.end!.status,
    dead: loss === null || loss > DEAD_SHARE * constantLoss || constantClass !== undefined,
    ...(constantClass === undefined ? {} : { constant_class: constantClass }),
    train_robust_loss: loss,
    test_robust_loss: finiteOrNull(evaluation?.test_robust_loss),
    test_acc: finiteOrNull(evaluation?.test_acc),
    test_robust_acc: finiteOrNull(evaluation?.test_robust_acc),
    [figure]: figure === 'run_mean_loss' ? meanLoss(log) : finiteOrNull(evaluation?.[figure]),
    // Measuring is for the report alone: no rate depends on it.
    run_grad_evals: gradientEvaluations(log) - (log.end!.measurement_grad_evals ?? 0),
    pilot_grad_evals: spentBefore,
    ...(warnings.length === 0 ? {} : { warnings }),
    series: thinnedSeries(log),
    ...(measured === undefined ? {} : { measured }),
  };
}

/** Mean of the losses of the updates; null for a run that did not come to its end. */
function meanLoss({ losses: { losses }, end }: CollectedLog): number | null {
  const average = losses.length === 0 ? NaN : meanOf(losses);
  return end!.status === 'completed' && Number.isFinite(average) ? average : null;
}

/** Mean and standard error over seeds of every figure of a method; null where any seed's is not finite. */
export function methodResult(
  method: BenchmarkMethod,
  runs: readonly RunResult[],
  oneRunGradEvals: number,
): MethodResult {
  const gradEvals = mean(runs.map((run) => run.run_grad_evals + run.pilot_grad_evals));
  const [train_robust_loss, test_robust_loss, test_acc, test_robust_acc] = METRICS.map((metric) =>
    summary(runs.map((run) => run[metric])),
  );
  return {
    id: method.id,
    label: method.label,
    family: method.family,
    rate: method.rate,
    runs: [...runs],
    summary: {
      train_robust_loss,
      test_robust_loss,
      test_acc,
      test_robust_acc,
      ...decidingSummaries(runs),
      cost_in_runs: gradEvals / oneRunGradEvals,
      grad_evals: gradEvals,
      dead: runs.filter((run) => run.dead).length,
    },
  };
}

/** Of the figures that decide and that the runs have. */
function decidingSummaries(runs: readonly RunResult[]): Partial<MethodResult['summary']> {
  const there = DECIDING_FIGURES.filter((figure) => runs.some((run) => run[figure] !== undefined));
  return Object.fromEntries(there.map((figure) => [figure, summary(runs.map((run) => run[figure] ?? null))]));
}

/** Mean and standard error of the paired difference, policy minus the other, of the figure that decides. */
export function compare(policy: MethodResult, other: MethodResult, figure: DecidingFigure): Difference {
  const differences = policy.runs.map((run) => {
    const own = run[figure] ?? null;
    const paired = other.runs.find((candidate) => candidate.seed === run.seed)?.[figure] ?? null;
    return own === null || paired === null ? null : own - paired;
  });
  const { mean: difference, standard_error } = summary(differences);
  const base = figureSummary(other, figure).mean;
  const relative = difference === null || base === null ? null : difference / base;
  return { against: other.id, difference, standard_error, relative, interval: meanInterval(differences) };
}

export function summary(values: readonly (number | null)[]): { mean: number | null; standard_error: number | null } {
  const finite = values.filter((value): value is number => value !== null);
  if (finite.length < values.length || finite.length === 0) return { mean: null, standard_error: null };
  return {
    mean: mean(finite),
    standard_error: finite.length < 2 ? null : standardError(finite),
  };
}

/** Block means of the losses of a run, and its rates, for figures. */
export function thinnedSeries({ losses: { rates, losses } }: CollectedLog): Series {
  const block = Math.max(1, Math.ceil(rates.length / SERIES_POINTS));
  const series: Series = { update: [], lr: [], loss: [] };
  for (let first = 0; first < rates.length; first += block) {
    const average = meanOf(losses.subarray(first, first + block));
    series.update.push(first);
    series.lr.push(rates[first]);
    series.loss.push(Number.isFinite(average) ? average : null);
  }
  return series;
}

function meanOf(values: Float64Array): number {
  return mean(values as unknown as number[]);
}

function finiteOrNull(value: number | string | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
