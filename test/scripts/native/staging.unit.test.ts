import { beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFolder, withStaging } from '../../../scripts/native/staging.js';
import { temporaryFolder } from '../../helpers/temporary-folder.js';

let modules: string;
let target: string;

beforeEach(async () => {
  modules = await temporaryFolder();
  target = path.join(modules, '@scope', 'package');
});

const put = async (folder: string, text: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'file'), text);
};
const content = (): Promise<string> => readFile(path.join(target, 'file'), 'utf8').catch(() => 'nothing');
const left = async (): Promise<string[]> => (await readdir(modules)).filter((name) => name.startsWith('.'));

/** Builds aside, puts in place, and verifies by what is given. */
const install = (verify: () => Promise<void>): Promise<void> =>
  withStaging(modules, target, async (staging) => {
    const finished = path.join(staging, 'finished');
    await put(finished, 'new');
    await replaceFolder({ target, finished, staging }, verify);
  });

const works = async (): Promise<void> => {};
const fails = async (): Promise<void> => {
  throw new Error('it does not run');
};

describe('an installation aside', () => {
  test.each(['former', 'nothing'])('takes the place of %s, and leaves no folder of its own', async (before) => {
    if (before === 'former') await put(target, before);
    await install(async () => expect(await content()).toBe('new'));
    expect([await content(), await left()]).toEqual(['new', []]);
  });

  test.each(['former', 'nothing'])('that fails in its place leaves %s', async (before) => {
    if (before === 'former') await put(target, before);
    await expect(install(fails)).rejects.toThrow('it does not run');
    expect([await content(), await left()]).toEqual([before, []]);
  });

  test('that fails before it is whole leaves all as it was', async () => {
    await put(target, 'former');
    const failing = withStaging(modules, target, async (staging) => {
      await put(path.join(staging, 'package'), 'half');
      return fails();
    });
    await expect(failing).rejects.toThrow('it does not run');
    expect([await content(), await left()]).toEqual(['former', []]);
  });

  test('finds what a killed one left: its folder goes, what it had moved away comes back', async () => {
    const dead = spawnSync(process.execPath, ['--version']).pid;
    await put(path.join(modules, `.hjb-lr-native-${dead}`, 'former'), 'former');
    await expect(withStaging(modules, target, fails)).rejects.toThrow();
    expect([await content(), await left()]).toEqual(['former', []]);
  });

  test('leaves the folder of one that is alive', async () => {
    const alive = `.hjb-lr-native-${process.ppid}`;
    await put(path.join(modules, alive, 'former'), 'its own');
    await install(works);
    expect([await content(), await left()]).toEqual(['new', [alive]]);
  });
});
