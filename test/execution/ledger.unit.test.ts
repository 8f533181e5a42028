import { beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { recordFiles } from '../../src/execution/digests.js';
import { readLedger, release, writeLedger, type Ledger } from '../../src/execution/ledger.js';
import { openRunFolder, type RunFolderOptions } from '../../src/execution/run-folder.js';
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
    expect(await openRunFolder(out, RUN)).toEqual({ resumed: false, continues: [] });
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
      continues: [],
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
    await writeLedger(out, 'run.json', { ...ledger, tool_version: '99.0.0' });
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
    await writeLedger(out, 'run.json', { ...(await readLedger(out)), tool_version: older });
    const before = await readFile(path.join(out, 'run.json'), 'utf8');
    await expect(openRunFolder(out, RUN)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      message: `${out} holds a run of hjb-lr ${older}, which hjb-lr ${TOOL_VERSION} cannot go on with.`,
      remedy: `Choose another folder (--out): this one then stays as it is, and hjb-lr ${older} can go on with it.`,
      issues: [{ path: 'tool_version', message: `the folder has "${older}", asked for "${TOOL_VERSION}"` }],
    });
    expect(await readFile(path.join(out, 'run.json'), 'utf8')).toBe(before);
    expect(await files()).toEqual(['logs', 'logs/a.jsonl', 'run.json']);
    expect(await openRunFolder(out, { ...RUN, fresh: true })).toEqual({ resumed: false, continues: [] });
  });

  const record = { sha256: 'a'.repeat(64), node: 'v20.19.0', v8: '11.3' };
  const HEADER = JSON.stringify({ kind: 'training_log', record });

  /** Writes files and records them as finished. */
  async function finish(...names: string[]): Promise<void> {
    await write(...names);
    await recordFiles(
      out,
      names.map((name) => path.join(out, name)),
    );
  }

  test('a fresh start removes what the record recognises, and leaves what a user put there', async () => {
    await openRunFolder(out, { ...RUN, record, owns: ['logs/', 'old.json'] });
    await finish('old.json', 'logs/1/seed-1.jsonl');
    await write('notes.json', 'experiment.json');
    await write('logs/2/figure.png', 'logs/2/my-notes.json', 'logs/2/mine.jsonl');
    await writeFile(path.join(out, 'logs/2/seed-2.partial.jsonl'), `${HEADER}\n`);
    const fresh = { ...RUN, fresh: true, options: { engine: 'native' } };
    expect(await openRunFolder(out, fresh)).toEqual({ resumed: false, continues: [] });
    expect(await files()).toEqual([
      'experiment.json',
      'logs',
      'logs/2',
      'logs/2/figure.png',
      'logs/2/mine.jsonl',
      'logs/2/my-notes.json',
      'notes.json',
      'run.json',
    ]);
    expect((await readLedger(out)).options).toEqual({ engine: 'native' });
  });

  test('a fresh start refuses a file in its way that is not as it was written, and removes nothing', async () => {
    await openRunFolder(out, { ...RUN, record });
    await finish('logs/1/seed-1.jsonl', 'results.json');
    await writeFile(path.join(out, 'results.json'), '{}');
    await expect(openRunFolder(out, { ...RUN, fresh: true })).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      issues: [{ path: 'results.json' }],
    });
    expect(await files()).toContain('logs/1/seed-1.jsonl');
  });

  test.each([true, false])('a folder with files and without a record of ours is refused: --fresh %s', async (fresh) => {
    await write('results.json', 'notes.txt');
    const error = { code: 'E_RUN_MISMATCH', issues: [{ path: 'notes.txt' }, { path: 'results.json' }] };
    await expect(openRunFolder(out, { ...RUN, fresh })).rejects.toMatchObject(error);
    expect(await readFile(path.join(out, 'results.json'), 'utf8')).toBe('results.json');
    expect(await files()).toEqual(['notes.txt', 'results.json']);
  });

  test('of runs that share a folder, what another run would write over is refused', async () => {
    await write('experiment.json', 'b.jsonl');
    const shared = (name: string) => ({ ...RUN, ledger: `${name}.run.json`, owns: [`${name}.jsonl`] });
    expect((await openRunFolder(out, shared('a'))).resumed).toBe(false);
    await expect(openRunFolder(out, shared('b'))).rejects.toMatchObject({ issues: [{ path: 'b.jsonl' }] });
  });

  test('a file that changed after it was written is refused with the remedy; one that is gone is not', async () => {
    await openRunFolder(out, RUN);
    await finish('logs/a.jsonl', 'logs/b.jsonl');
    await rm(path.join(out, 'logs/b.jsonl'));
    expect((await openRunFolder(out, RUN)).resumed).toBe(true);
    await writeFile(path.join(out, 'logs/a.jsonl'), 'other');
    await expect(openRunFolder(out, RUN)).rejects.toMatchObject({
      code: 'E_DAMAGED',
      issues: [{ path: 'logs/a.jsonl' }],
      remedy: expect.stringContaining(`hjb-lr repair ${out}`),
    });
  });

  test('a run that was begun under another Node goes on where that is allowed, and says so', async () => {
    const other = { sha256: 'b'.repeat(64), node: 'v22.1.0', v8: '12.4' };
    await openRunFolder(out, { ...RUN, record });
    await expect(openRunFolder(out, { ...RUN, record: other })).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      fields: { differing: ['node', 'v8'] },
      remedy: expect.stringContaining('--allow-other-node'),
    });
    expect(await openRunFolder(out, { ...RUN, record: other, allowOtherNode: true })).toEqual({
      resumed: true,
      continues: [record.sha256],
    });
    expect((await readLedger(out)).records).toEqual([record, other]);
  });

  test.each([true, false])('nothing is read or removed through a link: --fresh %s', async (fresh) => {
    const elsewhere = await temporaryFolder();
    await writeFile(path.join(elsewhere, 'results.json'), 'results.json');
    await openRunFolder(out, RUN);
    await finish('results.json');
    await rm(path.join(out, 'results.json'));
    await symlink(path.join(elsewhere, 'results.json'), path.join(out, 'results.json'));
    await symlink(elsewhere, path.join(out, 'logs'));
    await expect(openRunFolder(out, { ...RUN, fresh })).rejects.toMatchObject({ issues: [{ path: 'results.json' }] });
    expect(await readdir(elsewhere)).toEqual(['results.json']);
  });

  test("a stranger's record is not believed, whatever it says that it owns", async () => {
    await write('package.json');
    const { sha256: _own, ...stranger } = { ...(await ledgerOfRun()), owns: ['package.json'] };
    await writeFile(path.join(out, 'run.json'), JSON.stringify(stranger));
    await expect(openRunFolder(out, { ...RUN, fresh: true })).rejects.toMatchObject({ code: 'E_RUN_MISMATCH' });
    expect(await files()).toEqual(['package.json', 'run.json']);
  });

  async function ledgerOfRun(): Promise<Ledger> {
    const folder = path.join(await temporaryFolder(), 'of-ours');
    await openRunFolder(folder, RUN);
    return readLedger(folder);
  }

  test.each(['../', '../../etc/', '/etc/', './', 'logs/../../', ''])(
    'a record that claims to own "%s" is refused',
    async (entry) => {
      await openRunFolder(out, RUN);
      await write('precious.json');
      const ledger = await readLedger(out);
      await writeFile(path.join(out, 'run.json'), JSON.stringify({ ...ledger, owns: [entry] }));
      await expect(openRunFolder(out, RUN)).rejects.toMatchObject({ code: 'E_INVALID', issues: [{ path: 'owns.0' }] });
      await expect(openRunFolder(out, { ...RUN, fresh: true })).rejects.toMatchObject({ code: 'E_INVALID' });
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
