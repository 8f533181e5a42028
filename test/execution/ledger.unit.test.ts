import { beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openRunFolder, readLedger, release, type RunFolderOptions } from '../../src/execution/ledger.js';
import { TOOL_VERSION } from '../../src/version.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const RUN: RunFolderOptions = {
  command: 'run',
  options: { engine: 'tfjs', experiment: { horizon: 800, seeds: [1, 2, 3] } },
  fresh: false,
  owns: ['logs/', 'results.json'],
  commandLine: 'hjb-lr run a.json --out b',
};

describe('openRunFolder', () => {
  let out: string;

  beforeEach(async () => {
    out = path.join(await temporaryFolder(), 'runs', 'one');
  });

  async function files(): Promise<string[]> {
    return (await readdir(out, { recursive: true })).sort();
  }

  /** Files by their relative path, with what is above them. */
  async function write(...names: string[]): Promise<void> {
    for (const name of names) {
      await mkdir(path.dirname(path.join(out, name)), { recursive: true });
      await writeFile(path.join(out, name), name);
    }
  }

  test('makes the folder and records the run; the same run resumes', async () => {
    expect(await openRunFolder(out, RUN)).toEqual({ resumed: false });
    expect(await readLedger(out)).toMatchObject({
      kind: 'run',
      tool_version: TOOL_VERSION,
      command: 'run',
      options: RUN.options,
      owns: ['logs/', 'results.json'],
      command_line: 'hjb-lr run a.json --out b',
    });
    const text = await readFile(path.join(out, 'run.json'), 'utf8');
    expect(
      await openRunFolder(out, { ...RUN, options: { experiment: { seeds: [1, 2, 3], horizon: 800 }, engine: 'tfjs' } }),
    ).toEqual({
      resumed: true,
    });
    expect(JSON.parse(await readFile(path.join(out, 'run.json'), 'utf8'))).toEqual(JSON.parse(text));
  });

  test('another run is refused, every difference named with both values, and nothing is touched', async () => {
    await openRunFolder(out, RUN);
    await write('logs/a.jsonl');
    const before = await readFile(path.join(out, 'run.json'), 'utf8');
    const other = { engine: 'native', experiment: { horizon: 800, seeds: [1, 2], name: 'x' } };
    await expect(openRunFolder(out, { ...RUN, command: 'benchmark', options: other })).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      exitCode: 3,
      remedy: expect.stringContaining('--fresh'),
      issues: [
        { path: 'command', message: 'the folder has "run", asked for "benchmark"' },
        { path: 'options.engine', message: 'the folder has "tfjs", asked for "native"' },
        { path: 'options.experiment.name', message: 'the folder has nothing, asked for "x"' },
        { path: 'options.experiment.seeds.2', message: 'the folder has 3, asked for nothing' },
      ],
    });
    expect(await readFile(path.join(out, 'run.json'), 'utf8')).toBe(before);
    expect(await files()).toEqual(['logs', 'logs/a.jsonl', 'run.json']);
  });

  test('another major version of the tool is refused', async () => {
    await openRunFolder(out, RUN);
    const ledger = await readLedger(out);
    await writeFile(path.join(out, 'run.json'), JSON.stringify({ ...ledger, tool_version: '99.0.0' }));
    await expect(openRunFolder(out, RUN)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      issues: [{ path: 'tool_version' }],
    });
  });

  test.each([
    ['0.1.0', '0.2.0', true],
    ['0.2.0', '0.2.7', false],
    ['0.9.0', '1.0.0', true],
    ['1.0.0', '1.4.2', false],
  ])('a run of %s is %s of another release: %s', (there, now, isOther) => {
    expect(release(there) !== release(now)).toBe(isOther);
  });

  test('a run of another minor version below 1.0 is refused with both versions, and nothing is touched', async () => {
    const [, minor] = TOOL_VERSION.split('.');
    const older = `0.${Number(minor) + 1}.3`;
    await openRunFolder(out, RUN);
    await write('logs/a.jsonl');
    await writeFile(path.join(out, 'run.json'), JSON.stringify({ ...(await readLedger(out)), tool_version: older }));
    const before = await readFile(path.join(out, 'run.json'), 'utf8');
    await expect(openRunFolder(out, RUN)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      message: `${out} holds a run of hjb-lr ${older}, which hjb-lr ${TOOL_VERSION} cannot go on with.`,
      remedy: `Choose another folder (--out): this one then stays as it is, and hjb-lr ${older} can go on with it.`,
      issues: [{ path: 'tool_version', message: `the folder has "${older}", asked for "${TOOL_VERSION}"` }],
    });
    expect(await readFile(path.join(out, 'run.json'), 'utf8')).toBe(before);
    expect(await files()).toEqual(['logs', 'logs/a.jsonl', 'run.json']);
    expect(await openRunFolder(out, { ...RUN, fresh: true })).toEqual({ resumed: false });
  });

  test('a fresh start removes what is ours, of the earlier run too, and leaves what is not', async () => {
    await openRunFolder(out, { ...RUN, owns: ['logs/', 'old.json'] });
    await write('old.json', 'results.json', 'notes.json', 'experiment.json');
    await write('logs/1/seed-1.jsonl', 'logs/1/seed-2.checkpoint.json', 'logs/2/seed-2.partial.jsonl');
    await write('logs/2/figure.png', 'logs/2/my-notes.json', 'logs/2/copy-of-results.json', 'logs/2/mine.jsonl');
    const fresh = { ...RUN, fresh: true, options: { engine: 'native' } };
    expect(await openRunFolder(out, fresh)).toEqual({ resumed: false });
    expect(await files()).toEqual([
      'experiment.json',
      'logs',
      'logs/2',
      'logs/2/copy-of-results.json',
      'logs/2/figure.png',
      'logs/2/mine.jsonl',
      'logs/2/my-notes.json',
      'notes.json',
      'run.json',
    ]);
    expect((await readLedger(out)).options).toEqual({ engine: 'native' });
  });

  test('a fresh start does not follow links out of the folder', async () => {
    const elsewhere = await temporaryFolder();
    await writeFile(path.join(elsewhere, 'precious.json'), '{}');
    await write('logs/a.jsonl');
    await symlink(elsewhere, path.join(out, 'logs', 'link'));
    await openRunFolder(out, { ...RUN, fresh: true });
    expect(await readdir(elsewhere)).toEqual(['precious.json']);
  });

  test.each(['../', '../../etc/', '/etc/', './', 'logs/../../', ''])(
    'a record that claims to own "%s" is refused',
    async (entry) => {
      await openRunFolder(out, RUN);
      await write('precious.json');
      const ledger = await readLedger(out);
      await writeFile(path.join(out, 'run.json'), JSON.stringify({ ...ledger, owns: [entry] }));
      await expect(openRunFolder(out, RUN)).rejects.toMatchObject({ code: 'E_INVALID', issues: [{ path: 'owns.0' }] });
      await openRunFolder(out, { ...RUN, fresh: true });
      expect(await files()).toContain('precious.json');
    },
  );

  test('what a killed process left half written is cleared away on resume', async () => {
    await openRunFolder(out, RUN);
    await write('results.json.hjb-lr-123-4.tmp', 'logs/a.jsonl', 'logs/a.jsonl.hjb-lr-123-5.tmp', 'mine.tmp');
    await openRunFolder(out, RUN);
    expect(await files()).toEqual(['logs', 'logs/a.jsonl', 'mine.tmp', 'run.json']);
  });

  test('a folder that cannot be written gives E_WRITE', async () => {
    await expect(openRunFolder('/proc/hjb-lr', RUN)).rejects.toMatchObject({ code: 'E_WRITE' });
    await write('file');
    await expect(openRunFolder(path.join(out, 'file'), RUN)).rejects.toMatchObject({ code: 'E_WRITE' });
  });

  test('a folder without a record has none', async () => {
    await expect(readLedger(out)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });
});
