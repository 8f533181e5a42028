import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { policyId } from '../../src/artifacts/shared/hash.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import type { Policy } from '../../src/artifacts/policy/policy.js';
import { readLedger } from '../../src/execution/ledger.js';
import type { TrainStageOptions } from '../../src/training/stage/declaration.js';
import { trainStage } from '../../src/training/stage/stage.js';
import { examplePolicy } from '../artifacts/fixtures/examples.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const EXPERIMENT = {
  kind: 'experiment',
  name: 'digits',
  workload: {
    data: { format: 'builtin', name: 'digits' },
    model: { layers: [{ type: 'flatten' }, { type: 'dense', units: 10 }] },
    attack: { type: 'pgd', eps: 0.1, steps: 3 },
  },
  batch_size: 64,
  horizon: 3,
  seeds: [1],
  evaluation: { train_examples: 50, test_examples: 50, batch_size: 50 },
};

/** Every row of a file but the clock's. */
const rowsOf = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8')).replace(/"(wall_s|started_at|host)":("[^"]*"|[\d.]+),?/g, '');

/** As its author writes it: the step length of the attack is left to its default. */
const ATTACK = {
  type: 'pgd',
  norm: 'Linf',
  eps: 0.1,
  steps: 3,
  random_start: true,
  restarts: 1,
  keep: 'last',
} as const;

/** Files of one experiment and of one rate's policy for it, and the options that train under it. */
async function setting(policy: Partial<Policy> = {}, experiment: object = {}): Promise<TrainStageOptions> {
  const out = await temporaryFolder();
  const { policy_id: _, ...body } = { ...examplePolicy(), attack: ATTACK, ...policy };
  const policyPath = path.join(out, 'policy.json');
  const experimentPath = path.join(out, 'experiment.json');
  await writeFile(policyPath, JSON.stringify({ ...body, policy_id: policyId(body) }));
  await writeFile(experimentPath, JSON.stringify({ ...EXPERIMENT, ...experiment }));
  return { experimentPath, policyPath, out, engine: 'tfjs' };
}

describe('hjb-lr train', () => {
  test('under a policy of the same experiment: a log, and the record of this run', async () => {
    const options = await setting();
    const { result } = await trainStage({ ...options, commandLine: 'hjb-lr train a.json' });
    expect(result.status).toBe('completed');
    expect(await readLedger(options.out, 'policy-seed-1.run.json')).toMatchObject({
      command: 'train',
      expects: ['policy-seed-1.jsonl'],
      command_line: 'hjb-lr train a.json',
      options: { lr_schedule: { name: 'policy' }, evaluation: { train_examples: 50 } },
    });
    await trainStage({ ...options, policyPath: undefined, schedule: 'constant:0.1' });
    expect((await readdir(options.out)).filter((name) => name.endsWith('.jsonl'))).toEqual([
      'constant_0.1-seed-1.jsonl',
      'policy-seed-1.jsonl',
    ]);
  });

  test('a schedule of 50 rates has a file name that a file system takes, and one of its own', async () => {
    const rates = (first: number): string =>
      Array.from({ length: 50 }, (_, i) => (first + i / 1000).toFixed(4)).join('/');
    const options = { ...(await setting()), policyPath: undefined };
    for (const first of [0.1, 0.2]) await trainStage({ ...options, schedule: `piecewise:${rates(first)},hold=1` });
    const logs = (await readdir(options.out)).filter((name) => name.endsWith('.jsonl'));
    expect(logs).toHaveLength(2);
    expect(Math.max(...logs.map(({ length }) => length))).toBeLessThan(128);
  });

  test('keeps its weights where that is asked for, and --fresh removes them', async () => {
    const options = { ...(await setting()), saveWeights: true };
    const { artifacts } = await trainStage(options);
    expect(artifacts.map((file) => path.basename(file))).toEqual(['policy-seed-1.jsonl', 'policy-seed-1.weights.npz']);
    await trainStage({ ...options, saveWeights: false, fresh: true });
    expect((await readdir(options.out)).filter((name) => name.endsWith('.npz'))).toEqual([]);
  });

  test('measures along the run what the experiment asks for, and says so in its header', async () => {
    const measurements = [{ type: 'batch_sharpness', every: 2 }];
    const options = await setting({}, { measurements });
    await trainStage(options);
    const { header, measurements: rows } = await readTrainingLog(path.join(options.out, 'policy-seed-1.jsonl'));
    expect(header.measurements).toEqual(measurements);
    expect(rows.map(({ update }) => update)).toEqual([0, 2]);
  });

  test('under a policy of another experiment is refused, every difference named', async () => {
    const objective = { metric: 'clean', split: 'train', form: 'terminal' } as const;
    const optimizer = { momentum: 0.9 };
    const options = await setting({ attack: { ...ATTACK, eps: 0.2 }, batch_size: 32, objective }, { optimizer });
    await expect(trainStage(options)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      remedy: expect.stringContaining('--allow-mismatch'),
      issues: [
        { path: 'attack.alpha' },
        { path: 'attack.eps', message: 'the policy was made for 0.2, the experiment has 0.1' },
        { path: 'batch_size', message: 'the policy was made for 32, the experiment has 64' },
        { path: 'objective.metric' },
        { path: 'optimizer.momentum' },
      ],
    });
    expect(await readdir(options.out)).toEqual(['experiment.json', 'policy.json']);
  });

  test('and trains where that is allowed, which the log then says', async () => {
    const options = await setting({ attack: { ...ATTACK, eps: 0.2 } });
    await trainStage({ ...options, allowMismatch: true });
    const { header } = await readTrainingLog(path.join(options.out, 'policy-seed-1.jsonl'));
    expect(header.lr_schedule).toMatchObject({ name: 'policy', mismatches: ['attack.alpha', 'attack.eps'] });
  });

  test('with the clip of the policy, whichever it is', async () => {
    const clip = { kind: 'norm', maximum: 0.25 } as const;
    const options = await setting({ clip });
    await trainStage(options);
    const { header, steps } = await readTrainingLog(path.join(options.out, 'policy-seed-1.jsonl'));
    expect(header.clip).toEqual(clip);
    for (const { grad_norm, clip_factor } of steps) {
      expect(clip_factor).toBe(Math.min(1, 0.25 / (Number(grad_norm) + 1e-6)));
    }
    expect(steps.some(({ clip_factor }) => Number(clip_factor) < 1)).toBe(true);
  });

  test('another policy under the same name is refused, and --fresh starts over', async () => {
    const options = await setting();
    await trainStage(options);
    const other = await setting({ name: 'another' });
    const again = { ...options, policyPath: other.policyPath! };
    await expect(trainStage(again)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      remedy: expect.stringContaining('--fresh'),
      issues: [{ path: 'options.lr_schedule.policy_id' }],
    });
    expect((await trainStage({ ...again, fresh: true })).result.status).toBe('completed');
    expect(await readdir(options.out)).toContain('policy.json');
  });
});

describe('a schedule by name', () => {
  const LONG = { horizon: 40, pilot: { peak: { method: 'd_adaptation', minimum_updates: 12 } } };

  async function named(schedule: string, experiment: object = LONG): Promise<TrainStageOptions> {
    return { ...(await setting({}, experiment)), policyPath: undefined, schedule };
  }

  test('has its reading first, is charged for it, and names it in its log', async () => {
    const options = await named('sf7');
    const { artifacts, result, summary } = await trainStage(options);
    expect(artifacts.map((file) => path.basename(file))).toEqual(['reading-seed-1.jsonl', 'sf7-seed-1.jsonl']);
    const [reading, run] = await Promise.all(artifacts.map((file) => readTrainingLog(file)));
    expect(reading.header).toMatchObject({ purpose: 'train/reading', seed: 1, optimizer: { name: 'd_adaptation' } });
    expect(reading.end!.updates).toBeLessThanOrEqual(12);
    const rate = reading.end!.summary!['reading'];
    const { updates, n_grad_evals } = reading.end!;
    expect(run.header.lr_schedule).toEqual({
      name: 'constant',
      rate: 7 * rate,
      warmup: 0.05,
      reading: { rate, updates, n_grad_evals },
    });
    expect(run.header).toMatchObject({ optimizer: { name: 'schedule_free' }, clip: { kind: 'ratchet' } });
    expect(result.n_grad_evals).toBe(40 * 4 + n_grad_evals!);
    expect(summary[1]).toContain(`${n_grad_evals} gradient evaluations are charged`);
  });

  test('shares its reading with the others of its seed, and is found finished the second time', async () => {
    const options = await named('sf7');
    const { artifacts } = await trainStage(options);
    const before = await Promise.all(artifacts.map((file) => readFile(file, 'utf8')));
    await trainStage({ ...options, schedule: 'h' });
    await trainStage(options);
    expect(await Promise.all(artifacts.map((file) => readFile(file, 'utf8')))).toEqual(before);
    expect((await readdir(options.out)).filter((name) => name.endsWith('.jsonl'))).toEqual([
      'h-seed-1.jsonl',
      'reading-seed-1.jsonl',
      'sf7-seed-1.jsonl',
    ]);
  });

  test('at a reading that is given is the same run, bit for bit but for the header', async () => {
    const options = await named('sf7k');
    const { artifacts } = await trainStage(options);
    const { rate } = (await readTrainingLog(artifacts[1])).header.lr_schedule['reading'] as { rate: number };
    const given = await trainStage({ ...options, schedule: `sf7k:reading=${rate}` });
    const steps = async (file: string) =>
      (await rowsOf(file))
        .replace(/,"sha256":"\w+"}/, '}')
        .split('\n')
        .slice(1);
    expect(await steps(given.artifacts[0])).toEqual(await steps(artifacts[1]));
  });

  test('is refused before any run where the experiment averages too', async () => {
    const options = await named('sf7', { ...LONG, averaging: { kind: 'ema' } });
    await expect(trainStage(options)).rejects.toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'averaging', message: expect.stringContaining('an average of its own') }],
    });
    expect(await readdir(options.out)).toEqual(['experiment.json', 'policy.json']);
  });
});

test('optimizer and averaging of the experiment are those of the run, and its log says so', async () => {
  const changes = { optimizer: { name: 'adam' }, averaging: { kind: 'polynomial' } };
  const options = { ...(await setting({}, changes)), policyPath: undefined, schedule: 'constant:0.01,clip=norm/1' };
  const { artifacts } = await trainStage(options);
  expect((await readTrainingLog(artifacts[0])).header).toMatchObject({
    optimizer: { name: 'adam', beta2: 0.999 },
    clip: { kind: 'norm', maximum: 1 },
    averaging: { kind: 'polynomial', power: 3 },
  });
});

test('measurements of another rule than standard training are refused at the door', async () => {
  const workload = { ...EXPERIMENT.workload, training: { type: 'trades' } };
  const options = await setting({}, { workload, measurements: [{ type: 'batch_sharpness' }] });
  await expect(trainStage(options)).rejects.toMatchObject({
    code: 'E_INVALID',
    issues: [{ path: 'measurements', message: expect.stringContaining('are of standard training') }],
  });
});
