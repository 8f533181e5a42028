import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { experimentSchema, type ExperimentInput } from '../src/artifacts/experiment/experiment.js';
import { readArtifact, writeArtifact } from '../src/artifacts/files.js';
import type { Results } from '../src/artifacts/results/results.js';
import { inTurn } from '../src/in-turn.js';

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

/** The results of those of these runs that have ended. */
export function productResults(folders: readonly string[]): Promise<Results[]> {
  const files = folders.map((folder) => path.join(folder, 'run', 'results.json'));
  return inTurn(
    files.filter((file) => existsSync(file)),
    (file) => readArtifact('results', file),
  );
}
