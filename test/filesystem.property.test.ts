import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { makeFolder } from '../src/filesystem.js';
import { temporaryFolder } from './helpers/temporary-folder.js';

describe('makeFolder', () => {
  test('any number of writers may make the same tree at once', async () => {
    const root = await temporaryFolder();
    for (let round = 0; round < 40; round += 1) {
      const leaves = Array.from({ length: 32 }, (_, i) => path.join(root, String(round), 'a', 'b', String(i % 4)));
      await Promise.all(leaves.map(makeFolder));
      for (const leaf of leaves) expect((await stat(leaf)).isDirectory()).toBe(true);
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
