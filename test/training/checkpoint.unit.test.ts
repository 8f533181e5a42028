import { existsSync } from 'node:fs';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { HjbLrError } from '../../src/errors.js';
import type { LogHeader, TrainingLog } from '../../src/artifacts/training-log/training-log.js';
import { policySchedule, type PolicyState, type Schedule } from '../../src/schedules/index.js';
import { checkpointPath, readCheckpoint, writeCheckpoint, type Checkpoint } from '../../src/training/checkpoint.js';
import { trainRun } from '../../src/training/train.js';
import type { TrainingRun } from '../../src/training/training-run.js';
import { tablePolicy } from '../schedules/fixtures/policies.js';
import { smallRun } from './run.js';
import { cloudsWorkload, comparable, type SmallRunOptions } from './small-run.js';

/** A run that has every piece of state there is. */
const EVERYTHING: SmallRunOptions = {
  method: { schedule: { name: 'constant', rate: 1 }, optimizer: { name: 'sgd', momentum: 0.9 }, clip: {} },
  schedule: policySchedule(
    tablePolicy({
      time: { unit: 'update', horizon: 100, stretch: 'scale' },
      input: { metric: 'val_robust_loss', cadence_updates: 1, max_age_updates: 1 },
    }),
    { updates: 30 },
  ) as Schedule,
  objective: { split: 'validation' },
  measurements: [{ type: 'gradient_inner_product', every: 8 }],
};

/** Runs 17 updates, with a checkpoint after 10, and stops. */
async function stopped(options: SmallRunOptions = EVERYTHING): Promise<TrainingRun> {
  const run = { ...(await smallRun(options)), checkpointEvery: 10 };
  const onProgress = (update: number): void => {
    if (update === 17) throw new Error('cut off');
  };
  await expect(trainRun({ ...run, onProgress })).rejects.toThrow('cut off');
  return run;
}

async function refusal(run: TrainingRun): Promise<HjbLrError> {
  const error = await trainRun(run).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(HjbLrError);
  return error as HjbLrError;
}

describe('every piece of a checkpoint', () => {
  let undisturbed: Promise<TrainingLog> | null = null;
  const whole = async (): Promise<TrainingLog> => (undisturbed ??= smallRun(EVERYTHING).then((run) => trainRun(run)));

  /** The run, resumed from its checkpoint after a change. */
  async function resumed(change: (checkpoint: Checkpoint) => Checkpoint): Promise<TrainingLog> {
    const run = await stopped();
    const checkpoint = (await readCheckpoint(run.log, run.header))!;
    await writeCheckpoint(run.log, run.header, change(checkpoint));
    return trainRun(run);
  }

  const array = (name: string) => (checkpoint: Checkpoint) => {
    const { arrays, numbers } = checkpoint.optimizer;
    const changed = arrays[name].map((value) => value + 0.01);
    return { ...checkpoint, optimizer: { numbers, arrays: { ...arrays, [name]: changed } } };
  };
  const stream = (name: string) => (checkpoint: Checkpoint) => {
    const [first, ...words] = checkpoint.streams[name];
    return { ...checkpoint, streams: { ...checkpoint.streams, [name]: [first ^ 1, ...words] } };
  };
  const filter = (checkpoint: Checkpoint) => {
    const { schedule: ofRun, clip } = checkpoint.schedule;
    const { update, method } = ofRun as unknown as { update: number; method: PolicyState };
    const mean = method.filter!.mean.map((value) => value + 0.2);
    const changed = { update, method: { ...method, filter: { ...method.filter!, mean } } };
    return { ...checkpoint, schedule: { schedule: changed, clip } };
  };

  test('as it was written gives the undisturbed run', async () => {
    expect(comparable(await resumed((checkpoint) => checkpoint))).toEqual(comparable(await whole()));
  });

  test.each<[string, (checkpoint: Checkpoint) => Checkpoint]>([
    ['the weights', array('weights')],
    ["the optimizer's momentum", array('buffers')],
    ['the stream of minibatches: the data cursor', stream('batches')],
    ['the attack noise', stream('attack')],
    ['the stream of validation minibatches', stream('validation/batches')],
    ['their attack noise', stream('validation/attack')],
    ["the policy's filter", filter],
    ['the clip', ({ schedule, ...rest }) => ({ ...rest, schedule: { ...schedule, clip: schedule.clip! / 2 } })],
    ['the loss that the policy is shown next', (checkpoint) => ({ ...checkpoint, observation: { metrics: {} } })],
    ['the count of what was spent', (checkpoint) => ({ ...checkpoint, gradientEvaluations: 0 })],
    ['the count of what measuring cost', (checkpoint) => ({ ...checkpoint, measurementEvaluations: 0 })],
  ])('counts: without %s the run goes on otherwise', async (_piece, change) => {
    const log = await resumed(change);
    expect(comparable(log)).not.toEqual(comparable(await whole()));
    expect(log.steps.slice(0, 10).map(({ lr }) => lr)).toEqual((await whole()).steps.slice(0, 10).map(({ lr }) => lr));
  });

  test('is there: the names of arrays and streams', async () => {
    const run = await stopped();
    const { optimizer, streams } = (await readCheckpoint(run.log, run.header))!;
    expect(Object.keys(optimizer.arrays).sort()).toEqual(['buffers', 'weights']);
    expect(Object.keys(streams).sort()).toEqual([
      'attack',
      'augmentation',
      'batches',
      'validation/attack',
      'validation/batches',
    ]);
  });
});

describe('what a rule and an augmentation carry', () => {
  const free: SmallRunOptions = {
    workload: { ...cloudsWorkload({ type: 'fgsm', eps: 0.05 }), training: { type: 'free', replays: 4 } },
  };

  test('the replays of free training go on within a minibatch, and its perturbation counts', async () => {
    const undisturbed = comparable(await trainRun(await smallRun(free)));
    const run = await stopped(free);
    const checkpoint = (await readCheckpoint(run.log, run.header))!;
    // Ten updates: two minibatches replayed four times, and two replays of the third.
    expect(Object.keys(checkpoint.rule!).sort()).toEqual(['delta', 'inputs', 'labels', 'left']);
    expect([...checkpoint.rule!['left']]).toEqual([2]);
    expect(comparable(await trainRun(run))).toEqual(undisturbed);

    for (const name of ['delta', 'inputs', 'left']) {
      const other = await stopped(free);
      const rule = { ...checkpoint.rule!, [name]: checkpoint.rule![name].map((value) => value / 2) };
      await writeCheckpoint(other.log, other.header, { ...checkpoint, rule });
      expect(comparable(await trainRun(other))).not.toEqual(undisturbed);
    }
  });
});

describe('a checkpoint of another run is refused by name', () => {
  test.each<[string, Partial<LogHeader>, string]>([
    ['engine', { engine: 'native' }, 'engine'],
    ['kernel', { kernel: 'xnnpack' }, 'kernel'],
    ['version of the engine', { version: '4.21.0' }, 'version'],
    ['version of the tool', { tool_version: '9.9.9' }, 'tool_version'],
    ['model', { model: { layers: [{ type: 'dense', units: 3 }] } }, 'model'],
    ['seed', { seed: 99 }, 'seed'],
  ])('another %s', async (_name, change, field) => {
    const run = await stopped();
    const checkpoint = (await readCheckpoint(run.log, run.header))!;
    await writeCheckpoint(run.log, { ...run.header, ...change }, checkpoint);
    const file = checkpointPath(run.log);
    const error = await refusal(run);
    expect(error).toMatchObject({ code: 'E_RUN_MISMATCH', fields: { file, differing: [field] } });
    expect(error.message).toBe(`${file} belongs to another run: ${field} differ.`);
    expect(error.issues.length).toBeGreaterThan(0);
    expect(error.remedy).toContain('hjb-lr repair');
    expect(existsSync(file)).toBe(true);
  });

  test('a run on another engine is refused by its log and its checkpoint, naming both values', async () => {
    const run = await stopped();
    const error = await refusal({ ...run, header: { ...run.header, engine: 'fused', kernel: 'simd' } });
    expect(error.issues).toEqual([
      { path: 'engine', message: 'the folder has "tfjs", asked for "fused"' },
      { path: 'kernel', message: 'the folder has "xnnpack-simd", asked for "simd"' },
    ]);
  });
});

describe('a checkpoint that cannot be trusted', () => {
  async function damaged(change: (text: string) => string): Promise<HjbLrError> {
    const run = await stopped();
    const file = checkpointPath(run.log);
    await writeFile(file, change(await readFile(file, 'utf8')));
    const error = await refusal(run);
    expect(error.message).toContain(file);
    expect(error.remedy).toContain('hjb-lr repair');
    return error;
  }

  test.each<[string, (text: string) => string]>([
    ['cut off', (text) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    [
      'with one letter of the weights changed',
      (text) => text.replace(/("weights":".{8})(.)/, (_, a, b) => a + (b === 'A' ? 'B' : 'A')),
    ],
    ['with another count', (text) => text.replace('"update":10', '"update":11')],
    ['with another header', (text) => text.replace('"seed":1', '"seed":2')],
    ['without a state', (text) => text.replace('"state":{', '"stat":{')],
  ])('%s: an error that names the file and the remedy', async (_name, change) => {
    expect((await damaged(change)).code).toBe('E_DAMAGED');
  });

  test('of another format, or no checkpoint at all', async () => {
    expect((await damaged((text) => text.replace('"format":5', '"format":2'))).code).toBe('E_VERSION');
    expect((await damaged(() => '{"header_sha256":"0"}')).code).toBe('E_DAMAGED');
    expect((await damaged(() => '7')).code).toBe('E_DAMAGED');
  });

  test('whose log is gone: it is not silently begun anew', async () => {
    const run = await stopped();
    await rm(run.log.replace('.jsonl', '.partial.jsonl'));
    expect(await refusal(run)).toMatchObject({ code: 'E_NOT_FOUND', fields: { checkpoint: checkpointPath(run.log) } });
  });

  test('after the end it is removed, whatever it holds', async () => {
    const run = await smallRun();
    const log = await trainRun(run);
    await copyFile(run.log, checkpointPath(run.log));
    expect(await trainRun(run)).toEqual(log);
    expect(existsSync(checkpointPath(run.log))).toBe(false);
  });
});
