import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArtifact, readArtifact, readJson, writeArtifact, writeFileAtomic } from '../../src/artifacts/files.js';
import type { HjbLrError } from '../../src/errors.js';
import { policyId } from '../../src/artifacts/shared/hash.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { learningRateOf, withLearningRate } from '../schedules/fixtures/policies.js';
import { exampleExperiment, examplePolicy } from './fixtures/examples.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function refusal(value: unknown, kind: 'experiment' | 'policy' = 'experiment'): HjbLrError {
  try {
    parseArtifact(kind, value, 'file.json');
  } catch (error) {
    return error as HjbLrError;
  }
  throw new Error('the value was accepted');
}

describe('writeFileAtomic', () => {
  test('makes missing folders, replaces a file, and leaves nothing else', async () => {
    const folder = path.join(await temporaryFolder(), 'a', 'b');
    await writeFileAtomic(path.join(folder, 'x.txt'), 'first');
    await writeFileAtomic(path.join(folder, 'x.txt'), new Uint8Array([0x32, 0x6e, 0x64]));
    expect(await readFile(path.join(folder, 'x.txt'), 'utf8')).toBe('2nd');
    expect(await readdir(folder)).toEqual(['x.txt']);
  });

  test('a write beyond the file size limit leaves the earlier file whole and no temporary file', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'x.txt');
    await writeFile(file, 'earlier');
    // ulimit -f counts blocks of 1024 bytes: 20,000 bytes do not fit into 8 of them
    const script = `import { writeFileAtomic } from './src/filesystem.ts';
      try { await writeFileAtomic(${JSON.stringify(file)}, 'x'.repeat(20000)); console.log('written'); }
      catch (error) { console.log(JSON.stringify({ ...error.toJSON(), exitCode: error.exitCode })); }`;
    const command = `ulimit -f 8; '${process.execPath}' --import tsx --input-type=module --eval "$SCRIPT"`;
    const { stdout } = spawnSync('bash', ['-c', command], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, SCRIPT: script },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'E_WRITE',
      exitCode: 3,
      message: `Cannot write ${file} (EFBIG).`,
      remedy: 'Raise the file size limit (ulimit -f) and run the same command again: it resumes.',
    });
    expect(await readFile(file, 'utf8')).toBe('earlier');
    expect(await readdir(folder)).toEqual(['x.txt']);
  });

  test('a file in place of a folder is named with a remedy', async () => {
    const file = path.join(await temporaryFolder(), 'file');
    await writeFile(file, 'in the way');
    const below = path.join(file, 'x.txt');
    await expect(writeFileAtomic(below, 'data')).rejects.toMatchObject({
      code: 'E_WRITE',
      message: expect.stringContaining(below),
      remedy: 'A part of this path is a file: choose another folder (--out).',
    });
    expect(await readFile(file, 'utf8')).toBe('in the way');
  });

  test('a folder that nobody may write to is refused, root included', async () => {
    await expect(writeFileAtomic('/proc/hjb-lr/x.txt', 'data')).rejects.toMatchObject({
      code: 'E_WRITE',
      remedy: 'Choose a folder that you may write to (--out).',
    });
  });
});

describe('readJson', () => {
  test('names the position where a file stops being JSON', async () => {
    const file = path.join(await temporaryFolder(), 'x.json');
    await writeFile(file, '{\n "a": 1,\n "b" 2\n}\n');
    await expect(readJson(file)).rejects.toMatchObject({
      code: 'E_NOT_JSON',
      message: expect.stringMatching(/in line 3, column 6, a colon is expected after the name, not "2"\.$/),
    });
    await writeFile(file, '{\n "a": 1,');
    await expect(readJson(file)).rejects.toMatchObject({
      code: 'E_NOT_JSON',
      message: expect.stringMatching(/in line 2, column 9, a name in double quotes is expected, and the text ends\.$/),
    });
  });

  test.each([
    ['x\n', /in line 1, column 1, a value is expected, not "x"\.$/],
    ['{\n "a": 1,\n}', /in line 3, column 1, there is a comma before this, and nothing between\.$/],
    ['{\n "a": 1\n "b": 2\n}', /in line 3, column 2, a comma is missing before this\.$/],
    ["{ 'a': 1 }", /a name in double quotes is expected: text is in double quotes, not single ones\.$/],
    ['{ "a": True }', /a value is expected, not True: write true\.$/],
    ['{ "a": 1 } // note', /column 12, there is more after the end of the value\.$/],
    ['[1,\n 2', /line 2, column 3, the text ends before the \] of the \[ in line 1\.$/],
    ['"open\n', /column 1, the text in quotes that begins here does not end in its line\.$/],
    ['', / is empty\.$/],
  ])('says of %j what is wrong', async (text, message) => {
    const file = path.join(await temporaryFolder(), 'x.json');
    await writeFile(file, text);
    await expect(readJson(file)).rejects.toMatchObject({ code: 'E_NOT_JSON', message: expect.stringMatching(message) });
  });

  test('a byte-order mark is passed over, and fields are found in their lines', async () => {
    const file = path.join(await temporaryFolder(), 'x.json');
    await writeFile(file, '\uFEFF{\n "kind": "policy",\n "name": 3,\n "attack": {\n  "type": "pgd"\n }\n}\n');
    const { issues } = (await readArtifact('policy', file).catch((error: unknown) => error)) as HjbLrError;
    const lines = Object.fromEntries(issues.map((issue) => [issue.path, issue.line]));
    expect([lines['name'], lines['attack.eps'], lines['form']]).toEqual([3, 4, undefined]);
  });

  test('a missing file and a folder are told apart', async () => {
    const folder = await temporaryFolder();
    await expect(readJson(path.join(folder, 'no.json'))).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      remedy: 'Check the path.',
    });
    await expect(readJson(folder)).rejects.toMatchObject({ code: 'E_NOT_FOUND', remedy: 'Give a file, not a folder.' });
  });
});

describe('parseArtifact', () => {
  test('fills in defaults', () => {
    expect(parseArtifact('experiment', exampleExperiment(), 'file.json').pilot.hold).toBe(12);
  });

  test('gives all issues at once, with dotted paths and the values', () => {
    const error = refusal({
      ...exampleExperiment(),
      batch_size: 0,
      horizon: Number.NaN,
      seeds: [1, 1.5],
      policy: { clip: { gain: 2 } },
    });
    expect(error.code).toBe('E_INVALID');
    expect(error.message).toContain('file.json');
    expect(error.remedy).toContain('schema/experiment.schema.json');
    expect(error.issues).toEqual([
      { path: 'batch_size', message: 'expected number to be >0; got 0' },
      { path: 'horizon', message: 'expected number, or expected object; got NaN' },
      { path: 'seeds.1', message: 'expected int; got 1.5' },
      { path: 'policy.clip.gain', message: 'expected number to be <=1; got 2' },
    ]);
  });

  test('names unknown and missing fields inside the form of the workload that was meant', () => {
    const experiment = exampleExperiment();
    const workload = {
      data: { format: 'builtin', name: 'digits', pol: 2 },
      model: { layers: [{ type: 'dense' }] },
      attack: { type: 'pgdd' },
    };
    const { issues } = refusal({ ...experiment, workload, sede: 1 });
    expect(issues).toEqual([
      { path: 'workload.data.pol', message: 'unknown field' },
      { path: 'workload.model.layers.0.units', message: 'missing (expected number)' },
      { path: 'workload.attack.type', message: "expected 'fgsm' | 'penalised_ascent' | 'pgd'; got \"pgdd\"" },
      { path: 'sede', message: 'unknown field' },
    ]);
  });

  test('a field that takes two types says both', () => {
    expect(refusal({ ...exampleExperiment(), workload: 3 }).issues).toEqual([
      { path: 'workload', message: 'expected string, or expected object; got 3' },
    ]);
  });

  test('a ratio limit below 1 is refused', () => {
    const policy = examplePolicy();
    const { issues } = refusal(
      withLearningRate(policy, { guards: { ...learningRateOf(policy).guards, max_up_ratio_per_update: 0 } }),
      'policy',
    );
    expect(issues).toEqual([
      { path: 'controls.learning_rate.guards.max_up_ratio_per_update', message: 'expected number to be >=1; got 0' },
    ]);
  });

  test('another kind is refused before anything else', () => {
    expect(refusal({ kind: 'results', schema_version: '9.0.0' })).toMatchObject({ code: 'E_KIND', exitCode: 3 });
    expect(refusal([])).toMatchObject({ code: 'E_KIND', message: expect.stringContaining('it has no kind') });
    expect(refusal(null)).toMatchObject({ code: 'E_KIND' });
  });

  test('a newer major version is refused with both versions', () => {
    const error = refusal({ ...examplePolicy(), schema_version: '3.0.0', new_field: 1 }, 'policy');
    expect(error).toMatchObject({ code: 'E_VERSION', exitCode: 3, fields: { found: '3.0.0', supported: '2.0.0' } });
    expect(error.message).toBe('file.json has schema version 3.0.0; this release reads 2.0.0.');
    expect(refusal({ ...exampleExperiment(), schema_version: '2.0.0' }).fields).toMatchObject({ supported: '1.0.0' });
  });

  test('a policy of 0.1.0 is refused by its version, with the command that makes it again', () => {
    const { kind, policy_id, name } = examplePolicy();
    const old = { kind, policy_id, name, schema_version: '1.0.0', output: {}, guards: { lr_min: 0.1, lr_max: 0.4 } };
    expect(refusal(old, 'policy')).toMatchObject({
      code: 'E_VERSION',
      message: 'file.json has schema version 1.0.0; this release reads 2.0.0.',
      remedy: expect.stringContaining('hjb-lr solve coefficients.json'),
    });
  });

  test('what a newer minor version adds is ignored in a policy, and nowhere else', () => {
    const policy = examplePolicy();
    const body = { ...policy, schema_version: '2.9.0', mood: 'good', time: { ...policy.time, extra: { a: 1 } } };
    const policy_id = policyId(body);
    const newer = { ...body, policy_id };
    expect(parseArtifact('policy', newer, 'file.json')).toEqual({ ...policy, schema_version: '2.9.0', policy_id });
    expect(newer.mood).toBe('good');
    expect(refusal({ ...newer, schema_version: '2.0.0' }, 'policy').issues.map(({ path: at }) => at)).toEqual([
      'time.extra',
      'mood',
    ]);
    expect(refusal({ ...exampleExperiment(), schema_version: '1.9.0', mood: 'good' }).issues[0].path).toBe('mood');
  });

  test('a newer minor version hides no other mistake', () => {
    const error = refusal({ ...examplePolicy(), schema_version: '2.9.0', mood: 'good', form: 'spiral' }, 'policy');
    expect(error.issues.map(({ path: at }) => at)).toEqual(['form']);
  });

  test('a version that is none is an issue of the schema', () => {
    expect(refusal({ ...examplePolicy(), schema_version: 'two' }, 'policy')).toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'schema_version' }],
    });
  });
});

describe('writeArtifact', () => {
  test('what is written reads back the same, adds nothing, and is the same text each time', async () => {
    const folder = await temporaryFolder();
    const policy = examplePolicy();
    await writeArtifact('policy', path.join(folder, 'a.json'), policy);
    await writeArtifact('policy', path.join(folder, 'b.json'), policy);
    expect(await readArtifact('policy', path.join(folder, 'a.json'))).toEqual(policy);
    const text = await readFile(path.join(folder, 'a.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(policy);
    expect(text).toBe(await readFile(path.join(folder, 'b.json'), 'utf8'));
    expect(text).toContain('\n    "values": [0.4]\n');
  });

  test('an invalid value is not written', async () => {
    const file = path.join(await temporaryFolder(), 'policy.json');
    const invalid = { ...examplePolicy(), open_loop: { updates: [0, 0], rates: [0.4, 0.4] } };
    await expect(writeArtifact('policy', file, invalid)).rejects.toMatchObject({ code: 'E_INVALID' });
    await expect(writeArtifact('policy', file, { ...examplePolicy(), name: 'unsealed' })).rejects.toMatchObject({
      issues: [{ path: 'policy_id' }],
    });
    const body = { ...examplePolicy(), provenance: { tool: 'hjb-lr', tool_version: '0.1.0', cost: [Infinity] } };
    await expect(writeArtifact('policy', file, { ...body, policy_id: policyId(body) })).rejects.toMatchObject({
      issues: [{ path: 'provenance.cost.0' }],
    });
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
