import path from 'node:path';
import type { Experiment } from '../../artifacts/experiment/experiment.js';
import type { BenchmarkStudy, StudyMethod } from '../../artifacts/study/study.js';
import type { EngineInfo } from '../../artifacts/training-log/training-log.js';
import { manifestBuilder, type ManifestBuilder, type PlannedTask } from '../../execution/manifest/builder.js';
import type { Manifest } from '../../execution/manifest/manifest.js';
import { asJson, type Json } from '../../json.js';
import { designCost } from '../../pilot/design.js';
import { pilotDesign } from '../../pilot/pilot.js';
import type { EngineChoice } from '../../training/engines/index.js';
import type { ExperimentRecord } from '../../training/experiment-record.js';
import { readingOptions, readingUpdates } from '../../training/reading.js';
import { STUDY_RUNNER } from '../run/task.js';
import type { StudyShared } from '../shared.js';
import type { MethodSource, PilotPart, Setting, TaskInputs } from '../tasks.js';
import type { ReportedRun } from './reported-runs.js';
import { gridValues, settingOf, trialValues, type ScheduleMethod } from './settings.js';
import { needsPilot, shortened, type WorkloadBudget } from './workload-budget.js';

export interface PlannedStudy {
  readonly manifest: Manifest;
  readonly runs: readonly ReportedRun[];
}

export interface PlanOptions {
  readonly engine: EngineChoice;
  readonly engineInfo: EngineInfo;
  /** Folder of the manifest. */
  readonly folder: string;
}

const TOO_SHORT = 'runs of this length are too short for the readings of the recommended method';

/**
 * The tasks of a study: for every workload, budget and method the tuning, and for every seed what the method is made from, its run
 * and the score of its weights. Tasks that methods share (the pilot of a seed) are there once.
 */
export function planStudy(
  study: BenchmarkStudy,
  places: readonly WorkloadBudget[],
  { engine, engineInfo, folder }: PlanOptions,
): PlannedStudy {
  const builder = manifestBuilder(STUDY_RUNNER);
  const records: Record<string, ExperimentRecord> = {};
  const runs: ReportedRun[] = [];
  for (const place of places) {
    for (const method of study.methods) {
      const own = isSelfTuned(study, method) ? shortened(place, costBefore(place, method)) : place.record;
      const name = own === place.record ? place.name : `${place.name}-${own.experiment.horizon}`;
      records[name] = {
        ...own,
        baseDirectory: path.relative(path.resolve(folder), own.baseDirectory),
        file: place.workload,
      };
      runs.push(...new MethodPlan(builder, study, { place, name, record: own, engineInfo }).runs(method));
    }
  }
  const { figure, curve, scoring } = study;
  const shared: StudyShared = { engine, engineInfo, figure, curve, scoring, records };
  return { manifest: builder.build(asJson(shared)), runs };
}

/** Of self tuning, what is spent before a run is taken out of it; `recommended` does that itself. */
function isSelfTuned({ tuning }: BenchmarkStudy, method: StudyMethod): boolean {
  return tuning.rule === 'self_tuning' && (needsPilot(method) || method.kind === 'named');
}

function costBefore({ costs }: WorkloadBudget, method: StudyMethod): (experiment: Experiment) => number {
  const cost = { update: costs.update, observation: costs.observation };
  return method.kind === 'named'
    ? (experiment) => readingUpdates(readingOptions(experiment), experiment.horizon) * costs.update
    : (experiment) => designCost(pilotDesign(experiment, cost), cost);
}

interface Setup {
  readonly place: WorkloadBudget;
  /** Name of the record. */
  readonly name: string;
  readonly record: ExperimentRecord;
  readonly engineInfo: EngineInfo;
}

type KindOfTask = keyof TaskInputs;

/** The tasks of one method at one workload and budget. */
class MethodPlan {
  readonly #builder: ManifestBuilder;
  readonly #study: BenchmarkStudy;
  readonly #setup: Setup;

  constructor(builder: ManifestBuilder, study: BenchmarkStudy, setup: Setup) {
    this.#builder = builder;
    this.#study = study;
    this.#setup = setup;
  }

  /** The runs that are reported, with the tasks behind them. */
  runs(method: StudyMethod): ReportedRun[] {
    if (method.kind === 'recommended' && !this.#setup.place.hasRecommended) {
      return this.#study.seeds.map((seed) => this.#run(method, seed, { left_out: TOO_SHORT }));
    }
    const { tuning, seeds } = this.#study;
    const repetitions = method.kind === 'schedule' && tuning.rule === 'trials' ? tuning.repetitions : 1;
    return Array.from({ length: repetitions }, (_, repetition) => {
      const select = method.kind === 'schedule' ? this.#tuned(method, repetition) : null;
      return seeds.map((seed) => {
        const { from, needs } = this.#source(method, seed, select);
        const { train, score } = this.#trained(`${method.name}/${seed}`, seed, { from, needs, isReported: true });
        return this.#run(method, seed, {
          repetition,
          train,
          score,
          select: typeof select === 'number' ? select : null,
        });
      });
    }).flat();
  }

  #run({ name }: StudyMethod, seed: number, known: Partial<ReportedRun>): ReportedRun {
    const { workload, budget } = this.#setup.place;
    const nothing = { repetition: 0, train: null, score: null, select: null, left_out: null };
    return { workload, budget, method: name, seed, ...nothing, ...known };
  }

  /** The index of the task that chooses a setting, or the only setting. */
  #tuned(method: ScheduleMethod, repetition: number): number | Setting {
    const { tuning, tuning_seeds: seeds } = this.#study;
    const values =
      tuning.rule === 'trials' ? trialValues(method, { trials: tuning.trials, repetition }) : gridValues(method);
    const settings = values.map((one) => settingOf(method, this.#setup.record.experiment, one));
    if (settings.length === 1) return settings[0];
    const scores = settings.flatMap((setting) =>
      seeds.map((seed) => {
        const label = `${method.name}/tuning ${Object.values(setting.values).join(' ')}/${seed}`;
        return this.#trained(label, seed, { from: { from: 'setting', setting }, needs: [], isReported: false }).score;
      }),
    );
    const input: TaskInputs['select'] = { settings, seeds: seeds.length };
    return this.#add('select', `${method.name}/select`, { input, needs: scores, cost: 0 });
  }

  /** Where the method of a seed comes from. */
  #source(
    method: StudyMethod,
    seed: number,
    tuned: number | Setting | null,
  ): { readonly from: MethodSource; readonly needs: readonly number[] } {
    switch (method.kind) {
      case 'schedule':
        return typeof tuned === 'number'
          ? { from: { from: 'select' }, needs: [tuned] }
          : { from: { from: 'setting', setting: tuned! }, needs: [] };
      case 'policy':
        return { from: { from: 'policy', guarded: method.guarded }, needs: [this.#solved(seed, false)] };
      case 'open_loop_replay':
        return { from: { from: 'open_loop' }, needs: [this.#solved(seed, false)] };
      case 'shuffled_coefficients':
        return { from: { from: 'policy', guarded: false }, needs: [this.#solved(seed, true)] };
      case 'pilot_peak':
        return { from: { from: 'pilot_peak', schedule: method.schedule }, needs: [this.#estimated(seed, false)] };
      case 'named':
        return { from: { from: 'reading', schedule: method.schedule }, needs: [this.#pilot(seed, 'reading')] };
      case 'recommended':
        return { from: { from: 'recommended' }, needs: [this.#pilot(seed, 'recommended')] };
    }
  }

  #pilot(seed: number, part: PilotPart): number {
    const { costs } = this.#setup.place;
    const input: TaskInputs['pilot'] = { record: this.#setup.name, seed, part };
    const cost = part === 'identification' ? costs.pilot : costs.reading;
    return this.#add('pilot', `pilot ${part}/${seed}`, { input, needs: [], cost });
  }

  #estimated(seed: number, exchanged: boolean): number {
    const input: TaskInputs['estimate'] = { record: this.#setup.name, seed, exchanged };
    const needs = [this.#pilot(seed, 'identification')];
    return this.#add('estimate', `estimate${exchanged ? ' exchanged' : ''}/${seed}`, { input, needs, cost: 0 });
  }

  #solved(seed: number, exchanged: boolean): number {
    const input: TaskInputs['solve'] = { record: this.#setup.name };
    const needs = [this.#estimated(seed, exchanged)];
    return this.#add('solve', `solve${exchanged ? ' exchanged' : ''}/${seed}`, { input, needs, cost: 0 });
  }

  #trained(
    label: string,
    seed: number,
    { from, needs, isReported }: { from: MethodSource; needs: readonly number[]; isReported: boolean },
  ): { train: number; score: number } {
    const { name, record, place } = this.#setup;
    const { update, curve, score, strong } = place.costs;
    const input: TaskInputs['train'] = { record: name, seed, from };
    const cost = record.experiment.horizon * update + curve;
    const train = this.#add('train', `train ${label}`, { input, needs, cost });
    const asked: TaskInputs['score'] = { record: name, strong: isReported };
    const spent = score + (isReported ? strong : 0);
    return { train, score: this.#add('score', `score ${label}`, { input: asked, needs: [train], cost: spent }) };
  }

  /** What the result depends on: the names in the input stand for the content of the record and for the settings of the study. */
  #add(
    kind: KindOfTask,
    label: string,
    task: Pick<PlannedTask, 'needs' | 'cost'> & { readonly input: object },
  ): number {
    const { place, record, engineInfo } = this.#setup;
    const { figure, curve, scoring } = this.#study;
    const { record: _, ...ownInput } = task.input as { readonly record?: string };
    const settings = { train: { curve }, score: { scoring, figure }, select: { figure } }[kind as 'train'] ?? {};
    const content = {
      ...ownInput,
      ...(kind === 'select'
        ? {}
        : { experiment: record.sha256, data: record.datasetSha256, module: record.moduleSha256 }),
      engine: engineInfo,
      ...settings,
    };
    return this.#builder.add({
      kind,
      label: `${place.name} ${label}`,
      input: asJson(task.input),
      content: asJson(content) as Json,
      needs: task.needs,
      cost: Math.round(task.cost),
    });
  }
}
