import { mean, median } from 'simple-statistics';
import type { StudyCell, StudyRun } from '../../artifacts/study/study-results.js';
import { judged } from '../../statistics/significance.js';
import { summary } from '../../benchmark/summarize.js';
import type { StudyPlan } from '../plan/reported-runs.js';
import { arrivalTime, timeToTarget } from '../statistics/time-to-target.js';
import { figureOf, type CollectedRun } from './runs.js';

/** A loss of 0 is this small, so that differences relative to it are numbers. */
const SMALLEST_LOSS = 1e-12;

/** All runs of one workload and budget. */
export interface Place {
  readonly unit: StudyPlan['units'][number];
  readonly runs: readonly CollectedRun[];
  /** Loss of the reference that runs are to come to; null without one. */
  readonly target: number | null;
}

/** The median over the seeds of the reference's last score along its runs. */
export function targetOf(runs: readonly CollectedRun[], reference: string): number | null {
  const last = runs
    .filter(({ run, train }) => run.method === reference && train?.status === 'completed')
    .map(({ train }) => train!.curve.at(-1)?.loss ?? null)
    .filter((loss) => loss !== null);
  return last.length === 0 ? null : median(last);
}

/** Every method at a workload and budget, with the subject's comparison: the family of one correction. */
export function cellsOf(place: Place, { study }: StudyPlan, told: readonly StudyRun[]): StudyCell[] {
  const { methods, smallest_difference: smallest } = study;
  const subject = study.subject ?? methods[0].name;
  const values = new Map(methods.map(({ name }) => [name, figuresBySeed(place.runs, name, study)]));
  const isThere = (name: string): boolean => told.some((run) => run.method === name && run.status !== 'left_out');
  const rivals = methods.filter(({ name }) => name !== subject && isThere(name));
  const differences = rivals.map(({ name }) => differenceTo(values.get(subject)!, values.get(name)!, name));
  const seeds = study.seeds.length;
  const isGrid = study.tuning.rule === 'grid';
  const comparisons = new Map(judged(differences, { seeds, smallest }).map((one) => [one.against, one]));
  return methods.map(({ name }) => ({
    ...cell(place, name, told, { figures: [...values.get(name)!.values()], isGrid }),
    comparison: comparisons.get(name) ?? null,
  }));
}

/** The figure of every seed; of several repetitions of the tuning their median, null where one has none. */
function figuresBySeed(
  runs: readonly CollectedRun[],
  method: string,
  { seeds, figure }: StudyPlan['study'],
): Map<number, number | null> {
  return new Map(
    seeds.map((seed) => {
      const own = runs.filter(({ run }) => run.method === method && run.seed === seed);
      const figures = own.map((run) => figureOf(run, figure) ?? Infinity);
      const middle = figures.length === 0 ? Infinity : median(figures);
      return [seed, Number.isFinite(middle) ? middle : null];
    }),
  );
}

function differenceTo(own: Map<number, number | null>, other: Map<number, number | null>, against: string) {
  const differences = [...own].map(([seed, value]) => {
    const paired = other.get(seed) ?? null;
    return value === null || paired === null ? null : value - paired;
  });
  const { mean: difference, standard_error } = summary(differences);
  const base = summary([...other.values()]).mean;
  const relative = difference === null || base === null ? null : difference / Math.max(base, SMALLEST_LOSS);
  return { against, difference, standard_error, relative };
}

function cell(
  { unit, runs, target }: Place,
  method: string,
  told: readonly StudyRun[],
  { figures, isGrid }: { readonly figures: readonly (number | null)[]; readonly isGrid: boolean },
): Omit<StudyCell, 'comparison'> {
  const own = runs.filter(({ run }) => run.method === method);
  const ours = told.filter((run) => run.method === method && run.status !== 'left_out');
  const share = (holds: (run: StudyRun) => boolean): number => ours.filter(holds).length / Math.max(1, ours.length);
  const trained = ours.filter(({ status }) => status === 'completed' || status === 'diverged');
  return {
    ...{ workload: unit.workload, budget: unit.budget, method },
    ...summary(figures),
    strong_robust_acc: meanOrNull(ours.map((run) => run.strong_robust_acc)),
    test_robust_acc: meanOrNull(ours.map((run) => run.test_robust_acc)),
    cost_in_runs:
      trained.length === 0
        ? null
        : mean(trained.map((run) => run.run_grad_evals + run.spent_grad_evals)) / unit.one_run,
    divergence_rate: share(({ status }) => status === 'diverged'),
    death_rate: share(({ dead }) => dead),
    failed: ours.filter(({ status }) => status === 'failed').length,
    setting_spread: isGrid ? spreadOf(own) : null,
    time_to_target: target === null ? null : timeOf(own, target, unit.one_run),
  };
}

function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length || known.length === 0 ? null : mean(known);
}

/** What is lost by the settings next to the chosen one, relatively and in the mean over neighbours and choices. */
function spreadOf(runs: readonly CollectedRun[]): number | null {
  const losses = runs.flatMap(({ select }) => {
    if (select === null || Object.keys(select.setting.values).length !== 1) return [];
    const best = select.figures.reduce<number>(
      (at, value, i) => ((value ?? Infinity) < (select.figures[at] ?? Infinity) ? i : at),
      0,
    );
    return [best - 1, best + 1].flatMap((i) => {
      const [beside, chosen] = [select.figures[i] ?? null, select.figures[best]];
      return beside === null || chosen === null ? [] : [beside / chosen - 1];
    });
  });
  return losses.length === 0 ? null : Math.max(0, mean(losses));
}

/** In runs, tuning left out; a run that failed never arrives. */
function timeOf(runs: readonly CollectedRun[], target: number, oneRun: number): StudyCell['time_to_target'] {
  const trained = runs.filter(({ train }) => train !== null);
  if (trained.length === 0) return null;
  const arrivals = trained.map(({ train }) =>
    arrivalTime(train!.curve, target, Math.max(train!.run_grad_evals, oneRun)),
  );
  const {
    median: middle,
    restricted_mean,
    ...counts
  } = timeToTarget(arrivals, Math.max(oneRun, ...arrivals.map((a) => a.time)));
  return { median: middle === null ? null : middle / oneRun, restricted_mean: restricted_mean / oneRun, ...counts };
}
