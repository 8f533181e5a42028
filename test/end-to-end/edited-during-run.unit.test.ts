import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { benchmarkStage } from '../../src/benchmark/stage.js';
import { folderContent } from '../helpers/folder-content.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { tableText, tinyExperiment } from '../helpers/tiny-experiment.js';

const PREPARED = 'pilot, estimate, solve';

/** Runs a benchmark and edits a file of it once the pilots, estimates and solves are done, before any training. */
async function benchmarkWithEdit(edit: (folder: string) => void, workers = 1): Promise<Record<string, string>> {
  const folder = await temporaryFolder();
  const experimentPath = path.join(folder, 'experiment.json');
  await writeFile(experimentPath, JSON.stringify(tinyExperiment()));
  await writeFile(path.join(folder, 'table.csv'), tableText());
  const out = path.join(folder, 'out');
  let isEdited = false;
  const onProgress = ({ stage, done, total }: { stage: string; done: number; total: number }): void => {
    if (isEdited || stage !== PREPARED || done < total) return;
    isEdited = true;
    edit(folder);
  };
  const options = { engine: 'fused', workers, fresh: false, reports: false } as const;
  await benchmarkStage({ experimentPath, out, ...options, onProgress });
  expect(isEdited).toBe(true);
  return folderContent(out);
}

describe('a file that is edited during a run', () => {
  test('the experiment: nothing that the run writes changes', async () => {
    const untouched = await benchmarkWithEdit(() => {}, 0);
    const edited = await benchmarkWithEdit((folder) => {
      const other = { ...tinyExperiment(), batch_size: 4, optimizer: { name: 'sgd', momentum: 0.9 } };
      writeFileSync(path.join(folder, 'experiment.json'), JSON.stringify(other));
    });
    expect(Object.keys(untouched)).toContain('logs/policy/seed-1.jsonl');
    expect(edited).toEqual(untouched);
  }, 180_000);

  test('the data: the run is refused, with the file and both hashes', async () => {
    const refused = benchmarkWithEdit((folder) => writeFileSync(path.join(folder, 'table.csv'), tableText(0.25)));
    await expect(refused).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      issues: expect.arrayContaining([
        {
          path: 'workload.data',
          message: expect.stringMatching(/table\.csv was [\da-f]{64} when the run began, and is [\da-f]{64} now$/),
        },
      ]),
    });
  }, 180_000);
});
