import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { findTools } from '../../notebooks/runner/tools.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const PATH = process.env.PATH;

beforeEach(async () => {
  process.env.PATH = await temporaryFolder();
});
afterEach(() => {
  process.env.PATH = PATH;
});

test('without Deno, npm and Python it names everything that is missing, and leaves nothing in the cache', async () => {
  const cache = await temporaryFolder();
  const said: string[] = [];
  const signal = new AbortController().signal;
  const finding = findTools({ cache, say: (line) => said.push(line), signal });
  await expect(finding).rejects.toMatchObject({
    code: 'E_NOT_FOUND',
    message: 'The notebooks need what is not here: deno, temml, nbconvert.',
    remedy: expect.stringMatching(/Install Deno 2 or newer[^]+Debian: jupyter-nbconvert/),
  });
  expect(said).toHaveLength(3);
  expect(await readdir(cache)).toEqual([]);
});

test('an interruption is an interruption, not a missing tool', async () => {
  const finding = findTools({ cache: await temporaryFolder(), say: () => {}, signal: AbortSignal.abort() });
  await expect(finding).rejects.toMatchObject({ name: 'AbortError' });
});
