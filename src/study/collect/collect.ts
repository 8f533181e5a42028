import { mean } from 'simple-statistics';
import type { StudyResults, StudyRun } from '../../artifacts/study/study-results.js';
import type { OpenManifest } from '../../execution/manifest/manifest.js';
import { TOOL, TOOL_VERSION } from '../../version.js';
import type { StudyPlan } from '../plan/reported-runs.js';
import {
  interquartileMean,
  performanceProfile,
  probabilityOfImprovement,
  stratifiedBootstrap,
  type ScoreTable,
} from '../statistics/aggregate.js';
import { arrivalTime } from '../statistics/time-to-target.js';
import { cellsOf, targetOf, type Place } from './cells.js';
import { collectRuns, figureOf, studyRun, type CollectedRun } from './runs.js';

/** Scores of the performance profiles: half of the reference to a little beyond it. */
const PROFILE_SCORES = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1, 1.02, 1.05, 1.1];

/**
 * The results of a study from the results of its tasks; nothing of the clock or the machine is in them.
 * @throws E_NOT_FOUND for a task without a result
 */
export async function collectStudy(folder: string, manifest: OpenManifest, plan: StudyPlan): Promise<StudyResults> {
  const { study, units } = plan;
  const collected = await collectRuns(folder, manifest, plan);
  const places = units.map((unit): Place => {
    const runs = collected.filter(({ run }) => run.workload === unit.workload && run.budget === unit.budget);
    return { unit, runs, target: targetOf(runs, referenceOf(plan)) };
  });
  const told = places.map((place) => runsOf(place, plan));
  return {
    kind: 'study_results',
    schema_version: '1.0.0',
    name: study.name,
    study,
    engine: plan.engine,
    node: manifest.header.node,
    workloads: places.map(({ unit, target }) => ({
      workload: unit.workload,
      budget: unit.budget,
      one_run_grad_evals: unit.one_run,
      constant_loss: unit.constant_loss,
      target,
      dataset_sha256: unit.dataset,
      experiment_sha256: unit.experiment_sha256,
    })),
    runs: told.flat(),
    cells: places.flatMap((place, i) => cellsOf(place, plan, told[i])),
    profile_scores: PROFILE_SCORES,
    aggregates: study.budgets.flatMap((budget) => aggregatesAt(budget, told.flat(), plan)),
    provenance: { tool: TOOL, tool_version: TOOL_VERSION },
  };
}

/** The method whose mean is the unit of scores: the one that is named, or the first schedule, or the first. */
function referenceOf({ study: { reference, methods } }: StudyPlan): string {
  return reference ?? (methods.find(({ kind }) => kind === 'schedule') ?? methods[0]).name;
}

function runsOf({ unit, runs, target }: Place, plan: StudyPlan): StudyRun[] {
  const { figure } = plan.study;
  const base = meanFigure(runs, referenceOf(plan), figure);
  return runs.map((one) => {
    const arrival = target === null || one.train === null ? null : arrivalTime(one.train.curve, target, 0);
    return studyRun(one, {
      figure,
      constantLoss: unit.constant_loss,
      score: scoreOf(figureOf(one, figure), unit.constant_loss, base),
      time_to_target: arrival === null || arrival.isCensored ? null : arrival.time,
    });
  });
}

function meanFigure(
  runs: readonly CollectedRun[],
  method: string,
  figure: StudyPlan['study']['figure'],
): number | null {
  const figures = runs.filter(({ run }) => run.method === method).map((run) => figureOf(run, figure) ?? NaN);
  const average = figures.length === 0 ? NaN : mean(figures);
  return Number.isFinite(average) ? average : null;
}

/** (H - L) / (H - L_reference), H the loss of the best constant prediction: 0 there, above it and without a finite loss. */
function scoreOf(loss: number | null, constant: number, reference: number | null): number {
  if (loss === null) return 0;
  const unit = constant - (reference ?? 0);
  return unit > 0 ? Math.max(0, (constant - loss) / unit) : 0;
}

function aggregatesAt(budget: number, runs: readonly StudyRun[], { study }: StudyPlan): StudyResults['aggregates'] {
  const subject = study.subject ?? study.methods[0].name;
  const tableOf = (method: string): { readonly names: readonly string[]; readonly scores: ScoreTable } => {
    const own = runs.filter((run) => run.budget === budget && run.method === method && run.status !== 'left_out');
    const names = [...new Set(own.map(({ workload }) => workload))];
    return { names, scores: names.map((name) => own.filter((run) => run.workload === name).map(({ score }) => score)) };
  };
  const best = tableOf(subject);
  return study.methods.flatMap(({ name }) => {
    const { names, scores } = tableOf(name);
    if (scores.length === 0) return [];
    const shared = names.filter((workload) => best.names.includes(workload));
    const only = (table: ReturnType<typeof tableOf>): ScoreTable =>
      shared.map((workload) => table.scores[table.names.indexOf(workload)]);
    const options = { ...study.bootstrap, name: `${name}@${budget}` };
    return [
      {
        budget,
        method: name,
        workloads: names.length,
        interquartile_mean: stratifiedBootstrap([scores], interquartileMean, options),
        profile: performanceProfile(scores, PROFILE_SCORES),
        improvement:
          name === subject || shared.length === 0
            ? null
            : stratifiedBootstrap([only(best), only({ names, scores })], probabilityOfImprovement, options),
      },
    ];
  });
}
