import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openWorkload, resolveExperiment, type ExperimentRecord } from '../../src/training/experiment-record.js';
import { runTraining } from '../../src/training/task.js';
import { methodSchema } from '../../src/training/method.js';
import { examplePolicy } from '../artifacts/fixtures/examples.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { tableText, tinyExperiment } from '../helpers/tiny-experiment.js';

/** A folder with an experiment and its data, and the experiment's record. */
async function resolved(fields: object = {}): Promise<ExperimentRecord> {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'table.csv'), tableText());
  await writeFile(path.join(folder, 'experiment.json'), JSON.stringify({ ...tinyExperiment(), ...fields }));
  return resolveExperiment(path.join(folder, 'experiment.json'));
}

/** As a worker gets it: the workload that the door opened is not in its process. */
const inAWorker = (record: ExperimentRecord): ExperimentRecord =>
  ({ ...JSON.parse(JSON.stringify(record)), file: 'experiment.json, in a worker' }) as ExperimentRecord;

describe('the record of an experiment', () => {
  test('is complete and frozen at every depth', async () => {
    const record = await resolved();
    expect(record).toMatchObject({
      baseDirectory: path.dirname(record.file),
      experiment: { solver: { nodes: { slow: 5 } }, optimizer: { name: 'sgd', momentum: 0 } },
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
      datasetSha256: (await openWorkload(record)).dataset.sha256,
      moduleSha256: null,
      node: process.version,
      v8: process.versions.v8,
    });
    expect(() => Object.assign(record.experiment.solver.nodes, { slow: 7 })).toThrow(TypeError);
  });

  test('does not depend on where the file is or how it is laid out', async () => {
    const [one, other] = [await resolved(), await resolved()];
    expect([one.sha256, one.datasetSha256]).toEqual([other.sha256, other.datasetSha256]);
    expect((await resolved({ horizon: 61 })).sha256).not.toBe(one.sha256);
  });

  test('opens the same data in a worker', async () => {
    const record = await resolved();
    expect((await openWorkload(inAWorker(record))).dataset.sha256).toBe(record.datasetSha256);
  });

  test('of other data is refused with the file and both hashes', async () => {
    const record = await resolved();
    const file = path.join(record.baseDirectory, 'table.csv');
    await writeFile(file, tableText(0.25));
    const { datasetSha256: now } = await resolveExperiment(record.file);
    await expect(openWorkload(inAWorker(record))).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      issues: [
        {
          path: 'workload.data',
          message: `SHA-256 of the data of ${file} was ${record.datasetSha256} when the run began, and is ${now} now`,
        },
      ],
      fields: { files: [file] },
    });
  });

  test('is opened again once its data are back', async () => {
    const record = await resolved();
    const file = path.join(record.baseDirectory, 'table.csv');
    await writeFile(file, tableText(0.25));
    await expect(openWorkload(inAWorker(record))).rejects.toMatchObject({ code: 'E_RUN_MISMATCH' });
    await writeFile(file, tableText());
    expect((await openWorkload(inAWorker(record))).dataset.sha256).toBe(record.datasetSha256);
  });

  test('of another module is refused with the file and both hashes', async () => {
    const folder = await temporaryFolder();
    const module = path.join(folder, 'workload.mjs');
    const text = `const half = { inputs: new Float32Array([0, 1]), labels: new Int32Array([0, 1]), count: 2 };
      export const workload = ({ createModel }) => ({ attack: null, model: createModel({ layers: [{ type: 'dense', units: 2 }] }, [1], 2),
        dataset: { name: 'two', sha256: 'a'.repeat(64), inputShape: [1], classes: 2, train: half, validation: half, test: half } });`;
    await writeFile(module, text);
    const file = path.join(folder, 'experiment.json');
    await writeFile(file, JSON.stringify({ ...tinyExperiment(), workload: './workload.mjs' }));
    const record = await resolveExperiment(file);
    await writeFile(module, `${text} // changed`);
    await expect(openWorkload(inAWorker(record))).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      issues: [
        { path: 'workload', message: expect.stringContaining(`SHA-256 of ${module} was ${record.moduleSha256}`) },
      ],
    });
  });
});

describe('a task under a policy', () => {
  const policyTask = async (fields: object) => {
    const record = await resolved({ horizon: examplePolicy().time.horizon });
    const schedule = { name: 'policy', path: path.join(record.baseDirectory, 'no-such-policy.json') } as const;
    return {
      ...{ record, engine: 'fused', runId: 'run', purpose: 'train', seed: 1, evaluated: false },
      updates: record.experiment.horizon,
      method: methodSchema.parse({ schedule, optimizer: { name: 'sgd' } }),
      log: path.join(record.baseDirectory, 'run.jsonl'),
      ...fields,
    } as Parameters<typeof runTraining>[0];
  };

  test('follows the policy that it holds, and opens no file', async () => {
    const { header } = await runTraining(await policyTask({ policy: examplePolicy() }), () => {});
    expect(header.lr_schedule).toMatchObject({ name: 'policy', policy_id: examplePolicy().policy_id });
  });

  test('that it does not hold is refused', async () => {
    await expect(runTraining(await policyTask({}), () => {})).rejects.toMatchObject({
      code: 'E_INVALID',
      message: expect.stringContaining('no-such-policy.json and does not hold it'),
    });
  });
});
