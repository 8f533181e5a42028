import path from 'node:path';
import type { BenchmarkStudy } from '../artifacts/study/study.js';
import { readArtifact } from '../artifacts/files.js';
import type { EngineInfo } from '../artifacts/training-log/training-log.js';
import { HjbLrError, type Issue } from '../errors.js';
import { asJson, frozen } from '../json.js';
import { modelKind, openEngine, type EngineChoice } from '../training/engines/index.js';
import { openWorkload } from '../training/experiment-record.js';
import { classPriorLoss } from '../workloads/index.js';
import type { StudyPlan } from './plan/reported-runs.js';
import { gridValues, namesIn, settingOf } from './plan/settings.js';
import { workloadBudgets, workloadName, type WorkloadBudget } from './plan/workload-budget.js';
import { scheduleAtPeak } from './run/method.js';

/** A study as it was when a command began, with every workload open. */
export interface ResolvedStudy {
  readonly study: BenchmarkStudy;
  readonly places: readonly WorkloadBudget[];
  readonly engineInfo: EngineInfo;
  readonly units: StudyPlan['units'];
}

/**
 * Reads a study, opens its workloads and tries every setting of every method on them: the one place that does.
 *
 * @throws what `readArtifact` and `resolveExperiment` throw; E_INVALID with every problem of methods, tuning and workloads
 */
export async function resolveStudy(file: string, engine: EngineChoice): Promise<ResolvedStudy> {
  const study = frozen(asJson(await readArtifact('benchmark_study', file)) as unknown as BenchmarkStudy);
  refuse(file, [...nameIssues(study), ...tuningIssues(study)]);
  const folder = path.dirname(path.resolve(file));
  const places: WorkloadBudget[] = [];
  for (const workload of study.workloads)
    places.push(...(await workloadBudgets(path.resolve(folder, workload), study)));
  refuse(file, [...places.flatMap((place) => settingIssues(study, place)), ...scoringIssues(study, places)]);
  const { info } = await openEngine(engine, modelKind(places[0].record.experiment));
  return { study, places, engineInfo: info, units: await Promise.all(places.map(unitOf)) };
}

async function unitOf({ workload, budget, record, costs }: WorkloadBudget): Promise<StudyPlan['units'][number]> {
  return {
    workload,
    budget,
    one_run: record.experiment.horizon * costs.update,
    constant_loss: classPriorLoss(await openWorkload(record)),
    dataset: record.datasetSha256,
    experiment_sha256: record.sha256,
  };
}

function refuse(file: string, issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  throw new HjbLrError('E_INVALID', `${file} describes a study that cannot be run.`, {
    remedy: 'Correct these fields; schema/benchmark_study.schema.json has the whole schema.',
    issues,
    fields: { file },
  });
}

/** Workloads are told apart by their files' names; a grid's names stand in its schedule or update rule, and none else do. */
function nameIssues({ workloads, methods }: BenchmarkStudy): Issue[] {
  const names = workloads.map(workloadName);
  const twice = names.flatMap((name, i) =>
    names.indexOf(name) < i
      ? [{ path: `workloads.${i}`, message: `another workload's file has the name ${name} too` }]
      : [],
  );
  const grids = methods.flatMap((method, i) => {
    if (method.kind !== 'schedule') return [];
    const used = namesIn(method);
    const declared = Object.keys(method.grid);
    return [
      ...used
        .filter((name) => !declared.includes(name))
        .map((name) => ({ path: `methods.${i}.schedule`, message: `{${name}} has no values in the grid` })),
      ...declared
        .filter((name) => !used.includes(name))
        .map((name) => ({ path: `methods.${i}.grid.${name}`, message: `{${name}} stands nowhere in the method` })),
    ];
  });
  return [...twice, ...grids];
}

function tuningIssues({ methods, tuning, tuning_seeds: seeds }: BenchmarkStudy): Issue[] {
  return methods.flatMap((method, i) => {
    if (method.kind !== 'schedule' || gridValues(method).length === 1) return [];
    const path = `methods.${i}.grid`;
    if (tuning.rule === 'self_tuning') return [{ path, message: 'self_tuning tunes nothing: give one value' }];
    return seeds.length > 0 ? [] : [{ path, message: 'is tuned on tuning_seeds, of which there are none' }];
  });
}

/** Every setting at the ends of its grid is a method of the workload. */
function settingIssues({ methods }: BenchmarkStudy, { name, record }: WorkloadBudget): Issue[] {
  return methods.flatMap((method, i) => {
    try {
      if (method.kind === 'schedule')
        gridValues(method).forEach((values) => settingOf(method, record.experiment, values));
      if (method.kind === 'pilot_peak') scheduleAtPeak(record.experiment, method.schedule, 1);
      return [];
    } catch (error) {
      if (!(error instanceof HjbLrError)) throw error;
      const more = error.issues.map((issue) => `${issue.path}: ${issue.message}`);
      return [{ path: `methods.${i}`, message: `on ${name}: ${[error.message, ...more].join(' ')}` }];
    }
  });
}

/** The strong attack searches a ball, which is that of the training attack unless it names one. */
function scoringIssues({ scoring }: BenchmarkStudy, places: readonly WorkloadBudget[]): Issue[] {
  const { strong } = scoring;
  if (strong === null || strong.attack.type !== 'strong') return [];
  return places
    .filter(({ record }) => typeof record.experiment.workload === 'string')
    .map(({ name }) => ({
      path: 'scoring.strong.attack',
      message: `${name} is a module, whose attack may have no ball: name the attack`,
    }));
}
