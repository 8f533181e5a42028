import { availableParallelism } from 'node:os';
import { runsAtOnce, secondsPerEvaluation } from '../benchmark/timing.js';
import type { EngineChoice } from '../training/engines/index.js';
import { resolveStudy } from './door.js';
import { planStudy } from './plan/plan-study.js';

/** What a study takes, before it runs. */
export interface StudyDeclaration {
  readonly total: number;
  /** Tasks by kind. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Of every workload and budget its runs and what all its tasks take, by a few real updates on this machine. */
  readonly workloads: readonly { readonly name: string; readonly runs: number; readonly hours: number }[];
  readonly core_hours: number;
  readonly minutes: number;
}

/** Counts the tasks of a study, and times a few updates of each of its workloads. */
export async function declareStudy(
  studyPath: string,
  { engine, workers }: { readonly engine: EngineChoice; readonly workers: number },
): Promise<StudyDeclaration> {
  const { study, places, engineInfo } = await resolveStudy(studyPath, engine);
  const { manifest } = planStudy(study, places, { engine, engineInfo, folder: '.' });
  const tasks: Record<string, number> = {};
  for (const { kind } of manifest.tasks) tasks[kind] = (tasks[kind] ?? 0) + 1;
  const seconds = new Map<string, number>();
  const workloads: StudyDeclaration['workloads'][number][] = [];
  for (const { workload, name, record } of places) {
    const each = seconds.get(workload) ?? (await secondsPerEvaluation(record, engine));
    seconds.set(workload, each);
    const own = manifest.tasks.filter(({ label }) => label.startsWith(`${name} `));
    const cost = own.reduce((sum, task) => sum + task.cost, 0);
    workloads.push({ name, runs: own.filter(({ kind }) => kind === 'train').length, hours: (cost * each) / 3600 });
  }
  const hours = workloads.reduce((sum, workload) => sum + workload.hours, 0);
  const atOnce = runsAtOnce(workers, engineInfo.threads, availableParallelism());
  return { total: manifest.tasks.length, tasks, workloads, core_hours: hours, minutes: (60 * hours) / atOnce };
}
