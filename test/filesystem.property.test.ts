import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { makeFolder } from '../src/filesystem.js';
import { temporaryFolder } from './helpers/temporary-folder.js';

describe('makeFolder', () => {
  test('any number of writers may make the same tree at once, one starting while another is half done', async () => {
    const root = await temporaryFolder();
    for (let round = 0; round < 40; round += 1) {
      const leaf = (i: number): string => path.join(root, String(round), 'a', 'b', String(i % 4));
      const startAfter = async (turns: number): Promise<void> => {
        for (let turn = 0; turn < turns; turn += 1) await nextTurn();
        await makeFolder(leaf(turns));
      };
      await Promise.all(Array.from({ length: 8 }, (_, i) => startAfter(i)));
      for (let i = 0; i < 4; i += 1) expect((await stat(leaf(i))).isDirectory()).toBe(true);
    }
  });

  test('a file in the way, or a place where nothing can be made, is refused', async () => {
    const root = await temporaryFolder();
    await writeFile(path.join(root, 'file'), '');
    await expect(makeFolder(path.join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(path.join(root, 'file', 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(makeFolder('/proc/hjb-lr/a')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
