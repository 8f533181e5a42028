import { describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXIT_CODES } from '../../src/errors.js';
import { TOOL_VERSION } from '../../src/version.js';
import { hjbLr, MAIN, ROOT, startNode } from './command-line.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

describe('help and version', () => {
  test('--version prints the version and nothing else', async () => {
    expect(await hjbLr('--version')).toEqual({ code: 0, stdout: `${TOOL_VERSION}\n`, stderr: '' });
  });

  test('--help names every command and every exit code', async () => {
    const { code, stdout, stderr } = await hjbLr('--help');
    expect([code, stderr]).toEqual([0, '']);
    for (const command of [
      'run',
      'pilot',
      'estimate',
      'solve',
      'train',
      'benchmark',
      'report',
      'export',
      'validate',
      'status',
      'doctor',
      'init',
      'completion',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
    for (const exitCode of Object.values(EXIT_CODES)) expect(stdout).toMatch(new RegExp(`^ {2}${exitCode} `, 'm'));
  });

  test.each(['--help', '--version'])('%s loads neither tfjs nor mathjs nor zod', async (flag) => {
    const hook = pathToFileURL(path.join(ROOT, 'test/cli/fixtures/list-modules.mjs')).href;
    const { stderr } = await startNode(['--import', hook, MAIN, flag]).finished;
    const loaded = stderr.split('\n').filter((line) => line.startsWith('LOADED '));
    expect(loaded.filter((line) => line.includes('/commander/'))).not.toEqual([]);
    expect(loaded.filter((line) => /node_modules\/(@tensorflow|mathjs|zod|plotly|workerpool)/.test(line))).toEqual([]);
    // What keeps it within twice the time of bare node: a file for each command, what they share, and three packages.
    expect(loaded.filter((line) => !line.includes('node:')).length).toBeLessThan(50);
  });
});

describe('wrong usage', () => {
  test('an unknown command suggests one', async () => {
    const { code, stdout, stderr } = await hjbLr('piloot');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe("error: unknown command 'piloot'\n(Did you mean pilot?)\n");
  });

  test.each([
    ['an unknown flag', ['pilot', 'e.json', '--outt', 'x'], "unknown option '--outt'"],
    ['a missing argument', ['solve', '--out', 'x'], "missing required argument 'file'"],
    ['a missing folder', ['import', 'x.csv'], '--out FOLDER is missing.'],
    ['a missing experiment', ['run', '--out', 'x'], 'EXPERIMENT is missing.'],
    [
      'an engine that is none',
      ['pilot', 'e.json', '--engine', 'steam'],
      'Allowed choices are auto, native, fused, tfjs.',
    ],
    ['a number that is none', ['pilot', 'e.json', '--workers', '-1'], 'It must be 0, 1, 2, ...'],
    ['neither policy nor schedule', ['train', 'e.json', '--out', 'x'], 'Give one of --policy FILE, --schedule'],
    ['both policy and schedule', ['train', 'e.json', '--policy', 'p', '--schedule', 's', '--out', 'x'], 'Give one of'],
  ])('%s: exit code 2, on standard error alone', async (_, argv, sentence) => {
    const { code, stdout, stderr } = await hjbLr(...argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });

  test('no command shows the help on standard error', async () => {
    const { code, stdout, stderr } = await hjbLr();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: hjb-lr');
  });

  test('a command alone shows its own help on standard error, with examples', async () => {
    const { code, stdout, stderr } = await hjbLr('pilot');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: hjb-lr pilot [^]*\nExamples:\n {2}hjb-lr pilot experiment\.json/);
  });

  test('with --json it is one document on standard output', async () => {
    const { code, stdout } = await hjbLr('pilot', 'e.json', '--outt', 'x', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      command: 'pilot',
      error: {
        code: 'E_USAGE',
        message: "unknown option '--outt'\n(Did you mean --out?)",
        fields: {},
        remedy: 'Give --help to see the usage.',
        issues: [],
      },
      artifacts: [],
      version: TOOL_VERSION,
    });
  });
});

describe('errors', () => {
  test('of ours: the sentence, every issue, the remedy last; no stack', async () => {
    const file = path.join(await temporaryFolder(), 'experiment.json');
    await writeFile(file, JSON.stringify({ kind: 'experiment', name: 'x', batch_size: 0 }));
    const { code, stdout, stderr } = await hjbLr('pilot', file, '--out', path.join(path.dirname(file), 'out'));
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr.trimEnd().split('\n')).toEqual([
      `${file} is not a valid experiment file.`,
      '  - workload: missing (expected string, or expected object)',
      '  - batch_size: expected number to be >0; got 0',
      '  - horizon: missing (expected number, or expected object)',
      '  - seeds: missing (expected array)',
      'Correct these fields; schema/experiment.schema.json has the whole schema.',
    ]);
  });

  test('with --json one document that holds code, fields and issues', async () => {
    const { code, stdout } = await hjbLr('validate', 'no-such-file.json', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      command: 'validate',
      error: {
        code: 'E_NOT_FOUND',
        message: 'Cannot read no-such-file.json (ENOENT).',
        fields: { file: 'no-such-file.json', cause: 'ENOENT' },
        remedy: 'Check the path.',
        issues: [],
      },
      artifacts: [],
      version: TOOL_VERSION,
    });
  });

  test('an error in the worker of a stage comes through whole', async () => {
    const { code, stdout, stderr } = await hjbLr('estimate', 'no-such-folder', '--out', 'x', '--json');
    expect(code).toBe(3);
    expect((JSON.parse(stdout) as { error: { code: string } }).error.code).toBe('E_NOT_FOUND');
    expect(stderr).toBe('No file or folder at no-such-folder.\nCheck the path.\n');
  });
});
