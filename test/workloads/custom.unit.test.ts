import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { HjbLrError } from '../../src/errors.js';
import { openEngine } from '../../src/training/engines/index.js';
import { createWorkload, defineWorkload, type ImportedWorkload } from '../../src/workloads/index.js';
import { tryWorkload } from '../../src/workloads/try-workload.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

/** A whole workload in source text; `change` is spliced into the object after all of it. */
const moduleText = (change: string): string => `
  const examples = { count: 2, inputs: new Float32Array([0, 1, 1, 0]), labels: new Int32Array([0, 1]) };
  const dataset = { name: 'two', sha256: 'two', inputShape: [2], classes: 2, train: examples, validation: examples, test: examples };
  const initialise = () => [new Float32Array([1, 2, 3, 4])];
  export const workload = ({ tf }) => {
    const model = { spec: null, parameterShapes: [[2, 2]], initialise, logits: ([w], x) => tf.matMul(x, w) };
    return { dataset, model, attack: null, ${change} };
  };`;

async function workloadOf(text: string): Promise<ImportedWorkload> {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'own.mjs'), text);
  return (await createWorkload('./own.mjs', folder)) as ImportedWorkload;
}

async function errorOf(text: string): Promise<HjbLrError> {
  return workloadOf(text).then(
    (workload) => {
      tryWorkload(workload);
      throw new Error('no error');
    },
    (error: unknown) => error as HjbLrError,
  );
}

beforeAll(async () => {
  await openEngine('tfjs', 'module');
});

describe('a workload module', () => {
  test('may export a function of the tools', async () => {
    const workload = (await createWorkload('./my-workload.js', fixtures)) as ImportedWorkload;
    expect(workload.dataset.train.count).toBe(400);
    expect(workload.module.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(() => tryWorkload(workload)).not.toThrow();
  });

  test('may export the object itself', async () => {
    const text = moduleText('')
      .replace('({ tf }) => {', '(({ tf }) => {')
      .replace(/\};\s*$/, '})({ tf: {} });');
    const workload = await workloadOf(text);
    expect(workload.dataset.name).toBe('two');
  });

  test('is tried on as many examples as there are', async () => {
    await expect(workloadOf(moduleText('')).then(tryWorkload)).resolves.toBeUndefined();
  });

  test('has the defaults of its training and augmentation filled in', async () => {
    const workload = await workloadOf(moduleText('training: { type: "trades" }, augmentation: { crop_padding: 2 }'));
    expect(workload.training).toEqual({ type: 'trades', beta: 6, start_deviation: 0.001 });
    expect(workload.augmentation).toEqual({ crop_padding: 2, horizontal_flip: false });
  });

  test('defineWorkload gives back what it is given', () => {
    const factory = () => {
      throw new Error('not called');
    };
    expect(defineWorkload(factory)).toBe(factory);
  });
});

describe('errors name what is wrong', () => {
  test('no such file', async () => {
    await expect(createWorkload('./nowhere.js', fixtures)).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      fields: { file: path.join(fixtures, 'nowhere.js') },
    });
  });

  test('a module that does not load, or whose function throws', async () => {
    expect((await errorOf('export const workload = {')).message).toContain('own.mjs does not load: ');
    expect((await errorOf('export const workload = () => { throw new Error("no data"); };')).message).toMatch(
      /own\.mjs does not load: no data\.$/,
    );
  });

  test('no export', async () => {
    expect(await errorOf('export const other = 1;')).toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'workload', message: 'is not exported' }],
    });
  });

  test('every missing part at once', async () => {
    const { code, issues } = await errorOf('export const workload = { dataset: {}, model: {}, attack: 3 };');
    expect(code).toBe('E_INVALID');
    expect(issues.map((issue) => issue.path)).toEqual([
      'workload.attack',
      'workload.dataset.name',
      'workload.dataset.sha256',
      'workload.dataset.inputShape',
      'workload.dataset.classes',
      'workload.dataset.train',
      'workload.dataset.validation',
      'workload.dataset.test',
      'workload.model.parameterShapes',
      'workload.model.initialise',
      'workload.model.logits',
    ]);
  });

  test.each<[string, string, string, string]>([
    [
      'inputs outside [0, 1]',
      'dataset: { ...dataset, test: { ...examples, inputs: new Float32Array([0, 1, 2, 0]) } }',
      'workload.dataset.test.inputs',
      'must lie in [0, 1]',
    ],
    [
      'inputs that are no numbers',
      'dataset: { ...dataset, train: { ...examples, inputs: new Float32Array([0, 1, NaN, 0]) } }',
      'workload.dataset.train.inputs',
      'must lie in [0, 1]',
    ],
    [
      'too few inputs',
      'dataset: { ...dataset, train: { ...examples, count: 3 } }',
      'workload.dataset.train.inputs',
      'must be a Float32Array of count * 2 values',
    ],
    [
      'labels out of range',
      'dataset: { ...dataset, train: { ...examples, labels: new Int32Array([0, 2]) } }',
      'workload.dataset.train.labels',
      'must lie in 0..classes - 1',
    ],
    [
      'an attack that does not count',
      'attack: { spec: null, perturb: (losses, x) => x }',
      'workload.attack.gradientEvaluations',
      'must be the gradients that one call spends on each example',
    ],
    ['a training that does not exist', 'training: { type: "fast" }', 'workload.training.type', 'got "fast"'],
    ['replays that are none', 'training: { type: "free", replays: 0 }', 'workload.training.replays', '>0'],
    [
      'an attack mode that does not exist',
      'attackMode: "eval"',
      'workload.attackMode',
      'must be "inference" or "train"',
    ],
    ['an objective that does not exist', 'objective: { metric: "best" }', 'workload.objective.metric', ''],
  ])('%s', async (_name, change, issuePath, message) => {
    const error = await errorOf(moduleText(change));
    expect(error.code).toBe('E_INVALID');
    const issue = error.issues.find((candidate) => candidate.path === issuePath);
    expect(issue?.message).toContain(message);
  });

  test.each<[string, string, string, RegExp]>([
    [
      'weights of the wrong length',
      'model: { ...model, parameterShapes: [[2, 3]] }',
      'workload.model.initialise',
      /lengths \[4\] and must return \[6\]/,
    ],
    [
      'logits of the wrong shape',
      'model: { ...model, logits: ([w], x) => tf.sum(x, 1) }',
      'workload.model.logits',
      /shape \[2\] and must return \[2, 2\]/,
    ],
    [
      'perturbed inputs of the wrong shape',
      'attack: { spec: null, gradientEvaluations: 1, perturb: (losses, x) => losses(x) }',
      'workload.attack.perturb',
      /shape \[2\] and must return \[2, 2\]/,
    ],
  ])('%s, found by the try', async (_name, change, issuePath, message) => {
    const workload = await workloadOf(moduleText(change));
    const error = thrownBy(() => tryWorkload(workload));
    expect(error.code).toBe('E_SHAPE');
    expect(error.issues[0].path).toBe(issuePath);
    expect(error.issues[0].message).toMatch(message);
  });

  test('code that throws, found by the try', async () => {
    const workload = await workloadOf(moduleText('model: { ...model, logits: () => { throw new Error("oops"); } }'));
    expect(thrownBy(() => tryWorkload(workload)).message).toMatch(/throws on its own training examples: oops\.$/);
  });

  function thrownBy(run: () => void): HjbLrError {
    try {
      run();
    } catch (error) {
      return error as HjbLrError;
    }
    throw new Error('no error');
  }
});
