import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArtifact } from '../../src/artifacts/files.js';
import { policyId } from '../../src/artifacts/shared/hash.js';
import { createLogWriter } from '../../src/artifacts/log-file.js';
import type { Policy } from '../../src/artifacts/policy/policy.js';
import { openRunFolder } from '../../src/execution/run-folder.js';
import { exampleExperiment, exampleHeader, examplePolicy, exampleStep } from '../artifacts/fixtures/examples.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { hjbLr, hjbLrReading } from './command-line.js';

async function fileWith(value: unknown, name = 'file.json'): Promise<string> {
  const file = path.join(await temporaryFolder(), name);
  await writeFile(file, JSON.stringify(value));
  return file;
}

const resultOf = (stdout: string): unknown => (JSON.parse(stdout) as { result: unknown }).result;

describe('hjb-lr validate', () => {
  test('a valid file: exit code 0 and what it is', async () => {
    const file = await fileWith(examplePolicy());
    expect(await hjbLr('validate', file)).toEqual({
      code: 0,
      stdout: 'valid: policy "one rate", schema 2.0.0\n',
      stderr: '',
    });
    expect(resultOf((await hjbLr('validate', file, '--json')).stdout)).toEqual({
      kind: 'policy',
      file,
      summary: 'policy "one rate", schema 2.0.0',
    });
  });

  test('a policy of a newer major version: exit code 3, both versions and the remedy', async () => {
    const file = await fileWith({ ...examplePolicy(), schema_version: '3.0.0' });
    const { code, stderr } = await hjbLr('validate', file);
    expect(code).toBe(3);
    expect(stderr).toBe(
      `${file} has schema version 3.0.0; this release reads 2.0.0.\n` +
        '  - schema_version: major version 3 is newer\nUpdate hjb-lr, or write the file again with this release.\n',
    );
  });

  test('a policy whose own tests fail: exit code 5, and which', async () => {
    const vector = { observations: [null], controls: { learning_rate: [0.7] }, reasons: ['table'] };
    const wrong: Policy = { ...examplePolicy(), tests: [vector] };
    const { code, stderr } = await hjbLr('validate', await fileWith({ ...wrong, policy_id: policyId(wrong) }));
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /1 of the policy's own tests fail\.\n {2}- tests\.0: update 0: expected \{"controls":\{"learning_rate":0\.7/,
    );
  });

  test('a policy edited by hand: exit code 3, and valid again with --seal', async () => {
    const file = await fileWith({ ...examplePolicy(), name: 'edited' });
    const refused = await hjbLr('validate', file);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('hjb-lr validate FILE --seal')]);
    expect((await hjbLr('validate', file, '--seal')).stdout).toBe('valid: policy "edited", schema 2.0.0\n');
    expect((await hjbLr('validate', file)).code).toBe(0);
  });

  test('a torn training log: exit code 3', async () => {
    const file = await fileWith(exampleHeader(), 'run.jsonl');
    const { code, stderr } = await hjbLr('validate', file);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(
        / is cut off at line 1: there is no whole line\.\nRun the command that wrote it again: it resumes where it stopped\./,
      ),
    ]);
  });
});

describe('hjb-lr status', () => {
  test('says what is done, what is missing, how far the runs are, and the next command', async () => {
    const out = await temporaryFolder();
    const commandLine = `hjb-lr run a.json --out ${out}`;
    await openRunFolder(out, {
      command: 'run',
      options: {},
      fresh: false,
      owns: ['logs/', 'results.json'],
      commandLine,
    });
    await mkdir(path.join(out, 'logs'));
    const finished = await createLogWriter(path.join(out, 'logs', 'a.jsonl'), exampleHeader(), { keepSteps: 0 });
    await finished.finish({ type: 'end', status: 'completed', updates: 0, n_grad_evals: 0 });
    const growing = await createLogWriter(path.join(out, 'logs', 'b.jsonl'), exampleHeader(), { keepSteps: 0 });
    await growing.append(exampleStep(0));
    await growing.close();
    const { code, stdout, stderr } = await hjbLr('status', out);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^run, hjb-lr .*: not complete$/),
      'done: logs/',
      'missing: results.json',
      'training runs: 1 finished, 1 under way',
      '  logs/b.partial.jsonl: 1 of 4 updates',
      '',
    ]);
    expect(stderr).toBe(`next: ${commandLine}\n`);
  });

  test('counts the files that a record expects, and each run of a folder for itself', async () => {
    const out = await temporaryFolder();
    const owns = ['trajectories/'];
    const expects = ['trajectories/run-0.jsonl', 'trajectories/run-1.jsonl'];
    await openRunFolder(out, { command: 'pilot', options: {}, fresh: false, owns, expects });
    const train = { command: 'train', options: {}, fresh: false, owns: ['a.jsonl'], ledger: 'a.run.json' };
    await openRunFolder(out, { ...train, expects: ['a.jsonl'] });
    await mkdir(path.join(out, 'trajectories'));
    for (const name of ['trajectories/run-1.jsonl', 'a.jsonl']) {
      const log = await createLogWriter(path.join(out, name), exampleHeader(), { keepSteps: 0 });
      await log.finish({ type: 'end', status: 'completed', updates: 0, n_grad_evals: 0 });
    }
    const { stdout, stderr } = await hjbLr('status', out);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^pilot, hjb-lr .*: not complete$/),
      'done: trajectories/run-1.jsonl',
      'missing: trajectories/run-0.jsonl',
      'training runs: 1 finished, 0 under way',
      expect.stringMatching(/^train, hjb-lr .*: complete$/),
      'done: a.jsonl',
      'missing: nothing',
      'training runs: 1 finished, 0 under way',
      '',
    ]);
    expect(stderr).toMatch(/^next: hjb-lr pilot/);
    expect(resultOf((await hjbLr('status', out, '--json')).stdout)).toMatchObject({
      complete: false,
      runs: [
        { command: 'pilot', complete: false },
        { command: 'train', complete: true },
      ],
    });
  });

  test('a benchmark is not complete without the logs that its results name', async () => {
    const out = await temporaryFolder();
    await openRunFolder(out, { command: 'benchmark', options: {}, fresh: false, owns: ['logs/', 'results.json'] });
    await mkdir(path.join(out, 'logs'));
    const methods = [{ runs: [{ log: 'logs/policy/seed-1.jsonl' }] }];
    await writeFile(path.join(out, 'results.json'), JSON.stringify({ methods }));
    const { stdout } = await hjbLr('status', out);
    expect(stdout).toMatch(/not complete\ndone: logs\/, results.json\nmissing: logs\/policy\/seed-1.jsonl\n/);
  });

  test('a folder without a run has no status', async () => {
    expect((await hjbLr('status', await temporaryFolder())).code).toBe(3);
  });

  test('the record of a run is a valid file', async () => {
    const out = await temporaryFolder();
    await openRunFolder(out, { command: 'run', options: {}, fresh: false, owns: [] });
    expect((await hjbLr('validate', path.join(out, 'run.json'))).stdout).toMatch(/^valid: record of run, hjb-lr /);
  });
});

describe('hjb-lr init', () => {
  const rows = Array.from({ length: 40 }, (_, i) => `${20 * i},${0.001 * (i % 7)},${i % 4 === 0 ? 'sick' : 'well'}`);

  test('looks into the data, scales the columns, names the schema, and explains every field', async () => {
    const data = await fileWith('', 'patients.csv');
    await writeFile(data, ['mass,share,outcome', ...rows].join('\n'));
    const out = path.join(path.dirname(data), 'experiment.json');
    const asked = [
      'init',
      '--data',
      data,
      '--model',
      'linear',
      '--attack',
      'none',
      '--budget',
      '10 epochs',
      '--out',
      out,
    ];
    const { code, stdout, stderr } = await hjbLr(...asked);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^next: hjb-lr run /)]);
    expect(stdout).toContain('Classes: 0 is sick, 1 is well.');
    expect(stdout).toMatch(/\nworkload\.data\.normalize: "minmax"\n {2}Scaling of each column by its training rows/);
    const experiment = JSON.parse(await readFile(out, 'utf8')) as Record<string, unknown>;
    expect(experiment).toMatchObject({
      $schema: expect.stringMatching(/schema\/experiment\.schema\.json$/),
      workload: { data: { path: 'patients.csv' }, model: { layers: [{ type: 'dense', units: 2 }] }, attack: null },
      horizon: { epochs: 10 },
    });
    const again = await hjbLr(...asked);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
  });
});

describe('the standard input', () => {
  test('is read where a file is -', async () => {
    const policy = JSON.stringify(examplePolicy());
    expect((await hjbLrReading(policy, 'validate', '-')).stdout).toBe('valid: policy "one rate", schema 2.0.0\n');
    const { code, stderr } = await hjbLrReading('{', 'validate', '-');
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^The standard input is not JSON: in line 1, column 2/)]);
  });
});

describe('hjb-lr completion', () => {
  /** What bash offers for the last of these words. */
  const offered = (script: string, ...words: readonly string[]): string[] => {
    const typed = words.map((word) => `'${word}'`).join(' ');
    const asks = `${script}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _hjb_lr; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return spawnSync('bash', ['-c', asks], { encoding: 'utf8' }).stdout.trim().split('\n');
  };

  test('bash completes commands, flags and choices', async () => {
    const { stdout } = await hjbLr('completion', 'bash');
    expect(offered(stdout, 'hjb-lr', 'pi')).toEqual(['pilot']);
    expect(offered(stdout, 'hjb-lr', 'train', '--sch')).toEqual(['--schedule']);
    expect(offered(stdout, 'hjb-lr', 'run', '--engine', 'f')).toEqual(['fused']);
    expect(offered(stdout, 'hjb-lr', 'validate', 'package.j')).toEqual(['package.json']);
  });

  test('a shell that is none is refused with those that are', async () => {
    const { code, stderr } = await hjbLr('completion', 'tcsh');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Give bash, zsh or fish.')]);
  });
});

describe('hjb-lr doctor', () => {
  test('names Node, the engines, and the packages', async () => {
    const { code, stdout } = await hjbLr('doctor', '--json');
    expect(code).toBe(0);
    expect(resultOf(stdout)).toMatchObject({
      node: process.version,
      wasm_simd: true,
      engines: [
        { engine: 'native', loads: expect.any(Boolean) },
        { engine: 'fused', loads: true, detail: expect.stringMatching(/^wasm, (relaxed-)?simd, threads: 1/) },
        { engine: 'tfjs', loads: true, detail: expect.stringContaining('wasm') },
      ],
      data: { present: true },
      packages: { '@tensorflow/tfjs': '4.22.0', zod: expect.stringMatching(/^4\./) },
    });
  }, 20_000);
});

describe('hjb-lr run', () => {
  test('--print-template prints an experiment that is valid', async () => {
    const { code, stdout } = await hjbLr('run', '--print-template');
    expect(code).toBe(0);
    expect(parseArtifact('experiment', JSON.parse(stdout), 'template').kind).toBe('experiment');
  });

  test('--dry-run resolves every option, counts the work, and writes nothing', async () => {
    const experiment = { ...exampleExperiment(), horizon: 1000, benchmark: { fixed_rates: [0.1, 0.2] } };
    const file = await fileWith(experiment, 'experiment.json');
    const { code, stdout } = await hjbLr('run', file, '--dry-run', '--json');
    expect(code).toBe(0);
    const result = resultOf(stdout) as {
      resolved: { pilot: { hold: number } };
      methods: { grad_evals: number }[];
      grad_evals: number;
    };
    expect(result.resolved.pilot.hold).toBe(12);
    // one run: 1,000 updates of 5 ascent steps and one descent step
    expect(result.methods.map((method) => method.grad_evals)).toContain(6000);
    expect(result.grad_evals).toBeGreaterThanOrEqual(
      result.methods.reduce((sum, method) => sum + method.grad_evals, 0),
    );
    expect(await readdir(path.dirname(file))).toEqual(['experiment.json']);
  });
});
