import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { experimentSchema, type ExperimentInput } from '../src/artifacts/experiment/experiment.js';
import { writeArtifact } from '../src/artifacts/files.js';
import { resultsSchema, type Results } from '../src/artifacts/results/results.js';

/** Runs `hjb-lr run` on an experiment in `folder`, where it goes on if it was stopped. */
export async function productRun(experiment: ExperimentInput, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'experiment.json');
  await writeArtifact('experiment', file, experimentSchema.parse(experiment));
  const program = path.resolve('dist/src/cli/main.js');
  const { status } = spawnSync(process.execPath, [program, 'run', file, '--out', path.join(folder, 'run')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`${folder}: hjb-lr run ended with exit code ${status}`);
}

/** The results of such a run; null where it has not ended. */
export function productResults(folder: string): Results | null {
  try {
    return resultsSchema.parse(JSON.parse(readFileSync(path.join(folder, 'run', 'results.json'), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
