import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execute } from '../../notebooks/runner/execute.js';
import { findTools } from '../../notebooks/runner/tools.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Below the notebooks, because Deno reads the import map of the folders above. */
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(ROOT, 'notebooks', '.test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function executed(...sources: readonly string[]) {
  const cells = sources.map((source, i) => ({
    ...{ cell_type: 'code', id: `cell-${i}`, metadata: {}, execution_count: null, outputs: [] },
    source,
  }));
  const metadata = {
    kernelspec: { name: 'deno', display_name: 'Deno', language: 'typescript' },
    language_info: { name: 'typescript' },
  };
  const file = path.join(folder, 'test.ipynb');
  await writeFile(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
  const { signal } = new AbortController();
  const tools = await findTools({ cache: path.join(ROOT, '.cache', 'notebooks'), say: () => {}, signal });
  return execute(file, { tools, workFolder: await temporaryFolder(), isSmall: true, signal });
}

// On a busy machine the kernel may be idle before nbconvert has the value of its last cell.
jest.retryTimes(2);

test('a cell runs TypeScript on the built package, and its value is its output', async () => {
  const [, cell] = (
    await executed(
      "import { HjbLrError } from 'hjb-lr';",
      "const name: string = HjbLrError.name;\nname + ' of the package'",
    )
  ).cells;
  expect(JSON.stringify(cell)).toContain('HjbLrError of the package');
}, 120_000);

test('a cell that throws fails the run, and is named with what it threw', async () => {
  await expect(executed('1 + 1', "throw new Error('as it should')", '2 + 2')).rejects.toMatchObject({
    code: 'E_CHECK_FAILED',
    message: expect.stringMatching(/throw new Error\('as it should'\)[^]+Error: as it should/),
  });
}, 120_000);
