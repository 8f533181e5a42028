import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeArtifact, writeFileAtomic } from '../artifacts/files.js';
import type { StudyResults } from '../artifacts/study/study-results.js';
import { HjbLrError } from '../errors.js';
import { openManifest, writeManifest, type OpenManifest } from '../execution/manifest/manifest.js';
import { openRunFolder } from '../execution/run-folder.js';
import { readJson } from '../filesystem.js';
import type { EngineChoice } from '../training/engines/index.js';
import { collectStudy } from './collect/collect.js';
import { resolveStudy, type ResolvedStudy } from './door.js';
import { planStudy } from './plan/plan-study.js';
import { studyPlanSchema, type StudyPlan } from './plan/reported-runs.js';
import { studyMarkdown } from './table.js';

const PLAN_FILE = 'study.json';
const RESULTS = 'results.json';
const TABLE = 'study.md';

/** Files that tasks and engines write in a study's folder, by their names; others there are left alone. */
const WRITTEN: Readonly<Record<string, RegExp>> = {
  results: /^[0-9a-f]{64}\.(json|weights\.npz)$/,
  work: /^[0-9a-f]{64}\./,
  slurm: /^((depth|collect)[a-z0-9-]*\.(sbatch|log)|submission\.json)$/,
};

export interface StudyFolderOptions {
  readonly out: string;
  readonly engine: EngineChoice;
  readonly fresh: boolean;
  readonly commandLine?: string | undefined;
}

/**
 * Writes the manifest of a study into its folder. A study that has grown by a method, a seed, a workload or a budget keeps what was
 * computed: results are named by the content of their tasks.
 *
 * @throws what `resolveStudy` and `openRunFolder` throw
 */
export async function writeStudy(
  studyPath: string,
  { out, engine, fresh, commandLine }: StudyFolderOptions,
): Promise<ResolvedStudy & { readonly manifest: OpenManifest }> {
  const resolved = await resolveStudy(studyPath, engine);
  const { study, places, engineInfo, units } = resolved;
  await openRunFolder(out, {
    command: 'benchmark',
    options: { study: study.name },
    fresh,
    owns: [],
    expects: [RESULTS, TABLE],
    rewrites: [RESULTS, TABLE],
    commandLine,
  });
  if (fresh) await removeWritten(out);
  const { manifest, runs } = planStudy(study, places, { engine, engineInfo, folder: out });
  const plan: StudyPlan = {
    kind: 'study_plan',
    schema_version: '1.0.0',
    study,
    engine: engineInfo,
    units,
    runs: [...runs],
  };
  await writeFileAtomic(path.join(out, PLAN_FILE), `${JSON.stringify(plan)}\n`);
  await writeManifest(out, manifest);
  return { ...resolved, manifest: await openManifest(out) };
}

/**
 * Collects the results of a study whose tasks have all been run: results.json and study.md.
 * @throws E_NOT_FOUND for a folder without a study, or a task without a result
 */
export async function collectFolder(out: string): Promise<{ results: StudyResults; artifacts: string[] }> {
  const plan = await readPlan(out);
  const results = await collectStudy(out, await openManifest(out), plan);
  const artifacts = [path.join(out, RESULTS), path.join(out, TABLE)];
  await writeArtifact('study_results', artifacts[0], results);
  await writeFileAtomic(artifacts[1], studyMarkdown(results));
  return { results, artifacts };
}

/** What an earlier run of a study left. */
async function removeWritten(out: string): Promise<void> {
  for (const [place, names] of Object.entries(WRITTEN)) {
    const folder = path.join(out, place);
    const files = (await readdir(folder).catch(() => [])).filter((name) => names.test(name));
    for (const name of files) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

async function readPlan(out: string): Promise<StudyPlan> {
  const file = path.join(out, PLAN_FILE);
  const parsed = studyPlanSchema.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', `${file} is not the plan of a study.`, {
    remedy: 'Run `hjb-lr benchmark` with the study again.',
    issues: parsed.error.issues.map(({ path: keys, message }) => ({ path: keys.join('.'), message })),
    fields: { file },
  });
}
