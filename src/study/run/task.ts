import { canonicalJson } from '../../canonical-json.js';
import { HjbLrError } from '../../errors.js';
import { manifestState, openManifest, type OpenManifest } from '../../execution/manifest/manifest.js';
import type { ManifestTaskInput } from '../../execution/manifest/run-local.js';
import { runManifestTask, type TaskContext, type TaskRunner } from '../../execution/manifest/run-task.js';
import type { TaskKind } from '../../execution/task.js';
import type { Json } from '../../json.js';
import { modelKind, openEngine } from '../../training/engines/index.js';
import type { StudyShared } from '../shared.js';
import type { TaskInputs } from '../tasks.js';
import { estimateTask } from './estimate.js';
import { pilotTask } from './pilot.js';
import { scoreTask } from './score.js';
import { selectTask } from './select.js';
import { solveTask } from './solve.js';
import { trainTask } from './train.js';

/** Name of what runs the tasks of studies, in manifests. */
export const STUDY_RUNNER = 'benchmark_study';

/** What a worker process imports to run one task of a study. */
export const STUDY_TASK: TaskKind<ManifestTaskInput> = { module: import.meta.url };

/** The manifests that this process has open, by their folders, and what their files were then: a study may grow. */
const open = new Map<string, { readonly state: string; readonly manifest: Promise<OpenManifest> }>();

/** Entry of a worker process. */
export async function runTask(input: unknown, report: (event: unknown) => void): Promise<{ status: string }> {
  const { folder, index } = input as ManifestTaskInput;
  const { status } = await runStudyTask(folder, index, report);
  report('done');
  return { status };
}

/** Runs one task of a study's manifest, in this process. @throws what `runManifestTask` throws; E_ENGINE */
export async function runStudyTask(folder: string, index: number, report: (event: unknown) => void) {
  return runManifestTask(folder, await manifestOf(folder), index, runStudy, report);
}

async function manifestOf(folder: string): Promise<OpenManifest> {
  const state = await manifestState(folder);
  const known = open.get(folder);
  if (known?.state === state) return known.manifest;
  const manifest = openManifest(folder);
  open.set(folder, { state, manifest });
  return manifest;
}

/** The result with its keys in order: the same bytes wherever it is computed. */
const runStudy: TaskRunner = async (context, report) =>
  JSON.parse(canonicalJson(await resultOf(context, report), [])) as Json;

async function resultOf(context: TaskContext, report: (event: unknown) => void): Promise<unknown> {
  const { kind, input } = context.task;
  await requireSameEngine(context);
  switch (kind as keyof TaskInputs) {
    case 'pilot':
      return pilotTask(context, input as TaskInputs['pilot'], report);
    case 'estimate':
      return estimateTask(context, input as TaskInputs['estimate']);
    case 'solve':
      return solveTask(context, input as TaskInputs['solve']);
    case 'select':
      return selectTask(context, input as unknown as TaskInputs['select']);
    case 'train':
      return trainTask(context, input as unknown as TaskInputs['train'], report);
    case 'score':
      return scoreTask(context, input as TaskInputs['score']);
  }
}

/** @throws E_RUN_MISMATCH where the engine of this machine is not that of the manifest */
async function requireSameEngine({ shared }: TaskContext): Promise<void> {
  const { engine, engineInfo, records } = shared as unknown as StudyShared;
  const [record] = Object.values(records);
  const { info } = await openEngine(engine, modelKind(record.experiment));
  if (canonicalJson(info, []) === canonicalJson(engineInfo, [])) return;
  throw new HjbLrError('E_RUN_MISMATCH', 'The engine of this machine is not the one that these tasks are of.', {
    remedy: 'Run them on machines of one kind, or write the study with --engine of one that all of them have.',
    issues: [{ path: 'engine', message: `expected ${canonicalJson(engineInfo, [])}; got ${canonicalJson(info, [])}` }],
  });
}
