import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import { sha256 } from '../../src/canonical-json.js';
import { meanLoss } from '../../src/training/minibatch.js';
import { parameterNames, readWeights, weightsPath, writeWeights } from '../../src/training/saved-weights.js';
import { trainRun } from '../../src/training/train.js';
import { crossEntropy } from '../../src/losses/cross-entropy.js';
import { createModel, type TensorModel } from '../../src/workloads/index.js';
import { parseNpy } from '../../src/formats/npy.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { smallRun } from './run.js';

const MODEL = createModel(
  {
    layers: [
      { type: 'conv2d', filters: 2, kernel: 3, stride: 1, padding: 'same' },
      { type: 'flatten' },
      { type: 'dense', units: 3 },
    ],
  },
  [4, 4, 1],
  3,
);
const WEIGHTS = Float32Array.from({ length: 3 * 3 * 2 + 2 + 32 * 3 + 3 }, (_, i) => i / 7);

describe('weights of a model as a file', () => {
  test('have the names and layouts of Keras, in float32', async () => {
    const file = path.join(await temporaryFolder(), 'a.weights.npz');
    await writeWeights(file, MODEL, { weights: WEIGHTS });
    const entries = unzipSync(await readFile(file));
    const arrays = Object.entries(entries).map(([name, bytes]) => [name, parseNpy(bytes, name).shape]);
    expect(arrays).toEqual([
      ['layers.0.kernel.npy', [3, 3, 1, 2]],
      ['layers.0.bias.npy', [2]],
      ['layers.2.kernel.npy', [32, 3]],
      ['layers.2.bias.npy', [3]],
    ]);
    expect(parseNpy(entries['layers.0.bias.npy'], '').values).toEqual(WEIGHTS.slice(18, 20));
    expect(parameterNames(MODEL)).toEqual(arrays.map(([name]) => (name as string).replace('.npy', '')));
  });

  test('read back bit for bit, and written twice are the same bytes', async () => {
    const folder = await temporaryFolder();
    const [a, b] = await Promise.all(
      ['a', 'b'].map((name) => writeWeights(path.join(folder, name), MODEL, { weights: WEIGHTS })),
    );
    expect(a.sha256).toBe(b.sha256);
    expect(a.sha256).toBe(sha256(await readFile(path.join(folder, 'a'))));
    expect(await readWeights(path.join(folder, 'a'), MODEL)).toEqual({ weights: WEIGHTS });
  });

  test('of a model with running statistics come with them', async () => {
    const file = path.join(await temporaryFolder(), 'a.weights.npz');
    const model: TensorModel = {
      spec: null,
      parameterShapes: [[2, 3], [3]],
      statistics: { shapes: [[3], [3]], initialise: () => [new Float32Array(3), new Float32Array(3)] },
      initialise: () => [new Float32Array(6), new Float32Array(3)],
      logits: () => {
        throw new Error('not asked for');
      },
    };
    const saved = { weights: WEIGHTS.slice(0, 9), statistics: WEIGHTS.slice(20, 26) };
    await writeWeights(file, model, saved);
    expect(await readWeights(file, model)).toEqual(saved);
    const names = ['parameters.0', 'parameters.1', 'statistics.0', 'statistics.1'];
    expect(Object.keys(unzipSync(await readFile(file)))).toEqual(names.map((name) => `${name}.npy`));
  });

  test('of another model are refused, every array named', async () => {
    const file = path.join(await temporaryFolder(), 'a.weights.npz');
    await writeWeights(file, MODEL, { weights: WEIGHTS });
    const wider = createModel(
      {
        layers: [
          { type: 'conv2d', filters: 4, kernel: 3, stride: 1, padding: 'same' },
          { type: 'flatten' },
          { type: 'dense', units: 3 },
        ],
      },
      [4, 4, 1],
      3,
    );
    await expect(readWeights(file, wider)).rejects.toMatchObject({
      code: 'E_SHAPE',
      issues: [
        { path: 'layers.0.kernel', message: 'has shape [3, 3, 1, 2] and must have [3, 3, 1, 4]' },
        { path: 'layers.0.bias' },
        { path: 'layers.2.kernel' },
      ],
    });
    const other = createModel({ layers: [{ type: 'dense', units: 3 }] }, [4], 3);
    const shallow = readWeights(
      file,
      createModel({ layers: [{ type: 'flatten' }, { type: 'dense', units: 3 }] }, [32, 1, 1], 3),
    );
    await expect(shallow).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringContaining('"layers.1.kernel"'),
    });
    await expect(readWeights(`${file}.gone`, other)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await writeFile(file, 'PK');
    await expect(readWeights(file, other)).rejects.toMatchObject({ code: 'E_DATA' });
  });
});

describe('a run that keeps its weights', () => {
  test('names them in its end row; they give the losses that the run was scored with', async () => {
    const run = { ...(await smallRun({ attack: null })), saveWeights: true };
    const { end, evaluations } = await trainRun(run);
    expect((await readdir(path.dirname(run.log))).sort()).toEqual(['run.jsonl', 'run.weights.npz']);
    expect(end!.weights).toEqual({ file: 'run.weights.npz', sha256: sha256(await readFile(weightsPath(run.log))) });
    const { model, dataset } = run.workload;
    const network = run.engine.createNetwork(model, dataset, dataset.test.count);
    const { weights } = await readWeights(weightsPath(run.log), model);
    network.load(weights);
    expect(meanLoss(network, dataset.test, crossEntropy)).toBeCloseTo(evaluations[0].test_loss as number, 6);
    network.dispose();
  });

  test('may be asked for again; not when it was not asked for at first, or they are gone or others', async () => {
    const run = { ...(await smallRun({ updates: 2 })), saveWeights: true };
    const log = await trainRun(run);
    expect(await trainRun(run)).toEqual(log);
    await writeFile(weightsPath(run.log), 'other');
    await expect(trainRun(run)).rejects.toMatchObject({ code: 'E_RUN_MISMATCH' });
    await rm(weightsPath(run.log));
    await expect(trainRun(run)).rejects.toMatchObject({ code: 'E_RUN_MISMATCH' });
    const without = await smallRun({ updates: 2 });
    await trainRun(without);
    await expect(trainRun({ ...without, saveWeights: true })).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      remedy: expect.stringContaining('--save-weights'),
    });
  });

  test('that diverges keeps none', async () => {
    const method = { schedule: { name: 'constant', rate: 1e30 }, optimizer: { name: 'sgd' } } as const;
    const run = { ...(await smallRun({ method })), saveWeights: true };
    expect((await trainRun(run)).end).not.toHaveProperty('weights');
    expect(await readdir(path.dirname(run.log))).toEqual(['run.jsonl']);
    expect((await trainRun(run)).end!.status).toBe('diverged');
  });
});
