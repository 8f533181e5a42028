import path from 'node:path';
import { requireWhole, runManifest } from '../../execution/manifest/run-local.js';
import { collectFolder, writeStudy } from '../folder.js';
import { STUDY_TASK } from '../run/task.js';
import { summaryLines } from '../summary.js';
import type { StudyStageOptions } from './declaration.js';

/** `hjb-lr benchmark STUDY`: all tasks on this machine, then their results. The same command again goes on where it stopped. */
export async function studyStage(options: StudyStageOptions) {
  const { studyPath, engine, workers, fresh, signal, commandLine, onProgress } = options;
  const out = path.resolve(options.out);
  await writeStudy(studyPath, { out, engine, fresh: fresh === true, commandLine });
  requireWhole(await runManifest(out, { entry: STUDY_TASK, workers, signal, onProgress }));
  const { results, artifacts } = await collectFolder(out);
  const failed = results.runs.filter(({ status }) => status === 'failed').length;
  return { artifacts, summary: summaryLines(results), result: { runs: results.runs.length, failed } };
}
