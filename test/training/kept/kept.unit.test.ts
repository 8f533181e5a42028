import { readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import type { KeptAs } from '../../../src/attacks/kept-fields.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import { evaluationAttacks } from '../../../src/attacks/evaluation.js';
import type { HjbLrError } from '../../../src/errors.js';
import { randomStream } from '../../../src/math/random.js';
import type { TensorAttack } from '../../../src/networks/network.js';
import { CheckpointBudget } from '../../../src/training/checkpoint-budget.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { keptPaths } from '../../../src/training/kept/file.js';
import { KeptPerturbations } from '../../../src/training/kept/kept-perturbations.js';
import { createRows } from '../../../src/training/kept/rows.js';
import { partialMasking } from '../../../src/training/partial-masking.js';
import { trainRun } from '../../../src/training/train.js';
import type { LogMeasurement } from '../../../src/artifacts/experiment/measurements.js';
import type { Workload } from '../../../src/workloads/index.js';
import { batchNormModel } from '../../helpers/batch-norm.js';
import { within } from '../../helpers/within.js';
import { cutOff, smallRun } from '../run.js';
import { cloudsWorkload, comparable } from '../small-run.js';

const KEPT = { type: 'pgd', eps: 0.1, start: 'kept' } as const;

/** One step along the sign of the gradient, from what is kept, on tensors. */
const ofTensors: TensorAttack = {
  spec: null,
  gradientEvaluations: 1,
  start: 'kept',
  perturb: (losses, inputs, _stream, kept = tf.zerosLike(inputs)) => {
    const x = tf.add(inputs, kept);
    const g = tf.grad((at: tf.Tensor) => tf.sum(losses(at)))(x);
    const delta = tf.clipByValue(tf.add(kept, tf.mul(tf.sign(g), 0.1)), -0.1, 0.1);
    return tf.clipByValue(tf.add(inputs, delta), 0, 1);
  },
};

function refusal(act: () => unknown): HjbLrError {
  try {
    act();
  } catch (error) {
    return error as HjbLrError;
  }
  throw new Error('nothing was refused');
}

const WORKLOADS: [string, () => Workload][] = [
  ['float32', () => cloudsWorkload(KEPT)],
  ['int8', () => cloudsWorkload({ ...KEPT, kept_as: 'int8' })],
  ['L2', () => cloudsWorkload({ ...KEPT, norm: 'L2' })],
  ['an attack on tensors', () => ({ ...cloudsWorkload(null), model: batchNormModel(tf), attack: ofTensors })],
];

describe('a run with kept perturbations that was cut off', () => {
  test.each(WORKLOADS)('goes on bit for bit: %s', async (_name, workload) => {
    const undisturbed = await trainRun(await smallRun({ workload: workload() }));
    const run = { ...(await smallRun({ workload: workload() })), checkpointEvery: 6, checkpointShare: Infinity };
    await cutOff(run, 9);
    await cutOff(run, 20);
    const resumed: number[] = [];
    const log = await trainRun({ ...run, onProgress: (update) => resumed.push(update) });
    expect(resumed[0]).toBe(19);
    expect(comparable(log)).toEqual(comparable(undisturbed));
    expect(log.end!.n_grad_evals).toBe(60);
  });

  test('needs what it has kept: damaged, cut off or lost, it is named', async () => {
    const run = {
      ...(await smallRun({ workload: cloudsWorkload(KEPT) })),
      checkpointEvery: 6,
      checkpointShare: Infinity,
    };
    await cutOff(run, 9);
    const [file] = keptPaths(run.log);
    const whole = await readFile(file);
    const error = { code: 'E_DAMAGED', fields: { file }, remedy: expect.stringContaining('hjb-lr repair') };
    await writeFile(
      file,
      whole.map((byte, i) => (i === 700 ? byte ^ 1 : byte)),
    );
    await expect(trainRun(run)).rejects.toMatchObject(error);
    await writeFile(file, whole.subarray(0, 700));
    await expect(trainRun(run)).rejects.toMatchObject(error);
    await rm(file);
    await expect(trainRun(run)).rejects.toMatchObject(error);
    await writeFile(file, whole);
    expect((await trainRun(run)).end!.status).toBe('completed');
  });

  test('is refused by name with another data set', async () => {
    const run = {
      ...(await smallRun({ workload: cloudsWorkload(KEPT) })),
      checkpointEvery: 6,
      checkpointShare: Infinity,
    };
    await cutOff(run, 9);
    const header = { ...run.header, dataset: { ...run.header.dataset!, sha256: 'other' } };
    await expect(trainRun({ ...run, header })).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      fields: { differing: ['dataset'] },
    });
  });
});

describe('measurements and validation', () => {
  test('leave what is kept as it is', async () => {
    const workload = cloudsWorkload(KEPT);
    const plain = await trainRun(await smallRun({ workload }));
    const measurements = [{ type: 'noise_trace', every: 3 }];
    const measured = await trainRun(await smallRun({ workload, measurements, objective: { split: 'validation' } }));
    expect(measured.steps.map(({ train_robust_loss }) => train_robust_loss)).toEqual(
      plain.steps.map(({ train_robust_loss }) => train_robust_loss),
    );
  });
});

describe('the gap to a fresh attack', () => {
  const gap = (value: number, update: number, full_strength = true): LogMeasurement => ({
    ...{ type: 'measurement', measurement: 'attack_gap', update, grad_evals: 13 },
    ...{ training_loss: 1, strong_loss: 1 + value, gap: value, full_strength },
  });

  test('is measured on minibatches of its own, charged, and leaves the run as it is', async () => {
    const workload = cloudsWorkload({ ...KEPT, eps: { value: 0.1, ramp: { over: 0.4 } } });
    const plain = await trainRun(await smallRun({ workload }));
    const log = await trainRun(await smallRun({ workload, measurements: [{ type: 'attack_gap', every: 6 }] }));
    expect(log.steps.map(({ train_robust_loss }) => train_robust_loss)).toEqual(
      plain.steps.map(({ train_robust_loss }) => train_robust_loss),
    );
    // One step and a loss as training sees it, ten steps and a loss of the fresh attack.
    expect(log.measurements.map(({ update, grad_evals }) => [update, grad_evals])).toEqual(
      [0, 6, 12, 18, 24].map((update) => [update, 13]),
    );
    const rows = log.measurements as Extract<LogMeasurement, { measurement: 'attack_gap' }>[];
    expect(rows.map(({ full_strength }) => full_strength)).toEqual([false, false, true, true, true]);
    // Before the ramp is over the fresh attack has the larger ball.
    expect(rows[0].gap).toBeGreaterThan(0);
    for (const { gap: found, strong_loss, training_loss } of rows) {
      within(Number(found), Number(strong_loss) / Number(training_loss) - 1, { abs: 1e-12, because: 'its formula' });
    }
  });

  test('warns of partial masking where it has grown by more than a tenth at full strength', () => {
    const codes = (gaps: readonly number[]): string[] =>
      partialMasking(gaps.map((value, i) => gap(value, i))).map(({ code }) => code);
    expect(codes([0.02, 0.01, 0.03, 0.2, 0.25, 0.2])).toEqual(['partial_masking']);
    expect(codes([0.02, 0.01, 0.03, 0.05, 0.11, 0.1])).toEqual([]);
    expect(codes([0.02, 0.01, 0.03, 0.2, 0.01, 0])).toEqual([]);
    expect(partialMasking([0.3, 0.3, 0.3].map((value, i) => gap(value, i, false)))).toEqual([]);
    const [{ message }] = partialMasking([0, 0, 0, 0.2, 0.2, 0.2].map((value, i) => gap(value, i)));
    expect(message).toContain('raises the loss by 20 % over what training sees, 0 % at best before');
  });
});

describe('engines', () => {
  test('the fused one keeps what tfjs keeps', async () => {
    const run = await smallRun({ workload: cloudsWorkload(KEPT), updates: 12 });
    const fused = await smallRun({ workload: cloudsWorkload(KEPT), updates: 12 });
    const [a, b] = [await trainRun(run), await trainRun({ ...fused, engine: await openEngine('fused', 'dense') })];
    a.steps.forEach((row, i) => {
      const [seen, other] = [row, b.steps[i]].map(({ train_robust_loss }) => Number(train_robust_loss));
      within(other, seen, { rel: 1e-5, because: 'float32 sums in another order; a sign that flips moves one input' });
    });
  });
});

describe('rows', () => {
  test.each<[KeptAs, number]>([
    ['float32', 0],
    ['int8', 1 / 254 + 1e-7],
  ])('%s: come back within the share that is stated', (as, share) => {
    const rows = createRows(3, 50, as);
    const values = randomStream(1, 'rows').fillUniform(new Float32Array(50), -0.3, 0.3);
    const largest = Math.max(...values.map(Math.abs));
    rows.write(1, values);
    const back = new Float32Array(50);
    rows.read(1, back);
    values.forEach((value, i) => within(back[i], value, { abs: share * largest, because: 'rounding to 127 levels' }));
    rows.read(0, back);
    expect(back.every((value) => value === 0)).toBe(true);
  });

  test('int8: signs of one length come back bit for bit, and a row that is not finite stays so', () => {
    const rows = createRows(2, 3, 'int8');
    const back = new Float32Array(3);
    rows.write(0, Float32Array.of(0.1, -0.1, 0));
    rows.read(0, back);
    expect(back).toEqual(Float32Array.of(0.1, -0.1, 0));
    rows.write(1, Float32Array.of(NaN, 0.1, 0));
    rows.read(1, back);
    expect(back.every((value) => Number.isNaN(value))).toBe(true);
  });
});

describe('data that change along the run', () => {
  test.each([
    ['in place', (inputs: Float32Array) => void (inputs[6] = 0.123)],
    ['by another array', () => {}],
  ])('are refused by name: %s', (_name, change) => {
    const { dataset, attack } = cloudsWorkload(KEPT);
    let { train } = dataset;
    const changing = { ...dataset, get train() { return train; } }; // prettier-ignore
    const kept = new KeptPerturbations({ dataset: changing, attack });
    const batch = { inputs: train.inputs.slice(0, 12), labels: train.labels.slice(0, 2), moves: null };
    const drawn = { ...batch, indices: Int32Array.of(0, 1) };
    const noise = randomStream(1, 'noise');
    kept.start(drawn, attack!, noise);
    change(train.inputs);
    train = { ...train, inputs: train.inputs.map((x, i) => (i === 6 ? 0.123 : x)) };
    expect(refusal(() => kept.start(drawn, attack!, noise))).toMatchObject({
      code: 'E_DATA',
      message: 'Training example 1 is not what it was at its last visit.',
      remedy: expect.stringContaining('augmentation'),
    });
    expect(kept.start({ ...drawn, indices: Int32Array.of(0, 0) }, attack!, noise)).toHaveLength(12);
  });
});

describe('descriptions', () => {
  test('one step of the length of the radius is the default, whatever the number of steps', () => {
    expect(createAttack({ type: 'pgd', eps: 0.1, start: 'kept' }).spec).toMatchObject({ steps: 1, alpha: 0.1 });
    expect(createAttack({ type: 'pgd', eps: 0.1, steps: 3, start: 'kept' }).spec).toMatchObject({
      steps: 3,
      alpha: 0.1,
    });
    expect(createAttack({ type: 'fgsm', eps: 0.1, start: 'kept' }).spec).toMatchObject({ alpha: 0.1 });
  });

  test.each<[string, object, string, RegExp]>([
    ['no number of steps without it', { type: 'pgd', eps: 0.1 }, 'attack.steps', /missing/],
    ['an attack that has none', { type: 'penalised_ascent', steps: 1, eta_i: 1, lambda: 1, start: 'kept' }, 'attack.start', /keeps no perturbations.*take pgd or fgsm/], // prettier-ignore
    ['several starts', { ...KEPT, restarts: 2 }, 'attack.restarts', /must be 1 where start is kept/],
    ['numbers of what is not kept', { type: 'pgd', eps: 0.1, steps: 2, kept_as: 'int8' }, 'attack.kept_as', /needs "start": "kept"/], // prettier-ignore
  ])('refused by name: %s', (_name, spec, at, message) => {
    const { issues } = refusal(() => createAttack(spec as typeof KEPT));
    expect(issues).toEqual([{ path: at, message: expect.stringMatching(message) }]);
  });

  test('refused by name: in an evaluation', () => {
    const attack = { ...KEPT, steps: 5 };
    for (const spec of [attack, { type: 'best_of', attacks: [attack] } as const]) {
      const { issues } = refusal(() => evaluationAttacks(spec as never, 3));
      expect(issues).toHaveLength(1);
      expect(issues[0].message).toMatch(/only training examples keep perturbations: leave it out/);
      expect(issues[0].path).toMatch(/start$/);
    }
  });
});

describe('checkpoints', () => {
  test('are left out until they cost at most the share that they may', async () => {
    expect(new CheckpointBudget(Infinity, 1e12).isDue()).toBe(true);
    expect(new CheckpointBudget(0.02, 1e12).isDue()).toBe(false);
    let clock = 0;
    const budget = new CheckpointBudget(0.5, 0, () => clock);
    expect(budget.isDue()).toBe(true);
    await budget.spend(async () => void (clock += 60));
    // 60 ms are spent and 60 expected: due once 240 ms have passed.
    clock = 239;
    expect(budget.isDue()).toBe(false);
    clock = 240;
    expect(budget.isDue()).toBe(true);
  });
});

describe('an ascent that ends nowhere', () => {
  test('leaves what was kept: the run may go back to earlier weights', () => {
    const { dataset, attack } = cloudsWorkload(KEPT);
    const kept = new KeptPerturbations({ dataset, attack });
    const inputs = dataset.train.inputs.slice(0, 6);
    const drawn = { inputs, labels: Int32Array.of(0), indices: Int32Array.of(0), moves: null };
    const before = kept.start(drawn, attack!, randomStream(1, 'noise'));
    kept.keep(drawn, inputs.map((x, i) => (i === 3 ? NaN : x))); // prettier-ignore
    expect(kept.start(drawn, attack!, randomStream(1, 'noise'))).toEqual(before);
  });
});
