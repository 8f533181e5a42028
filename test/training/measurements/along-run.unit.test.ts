import { describe, expect, test } from '@jest/globals';
import type { LogMeasurement, LogStep, TrainingLog } from '../../../src/artifacts/training-log/training-log.js';
import type { Schedule } from '../../../src/schedules/index.js';
import type { MethodInput } from '../../../src/training/method.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { trainRun } from '../../../src/training/train.js';
import { smallRun } from '../run.js';
import type { SmallRunOptions } from '../small-run.js';

const TYPES = [
  'gradient_inner_product',
  'noise_trace',
  'step_curvature',
  'batch_sharpness',
  'hessian_vector_product',
  'lanczos_spectrum',
] as const;
const ALL = TYPES.map((type) => ({ type, every: 10 }));

async function measured(measurements: readonly object[], options: SmallRunOptions = {}): Promise<TrainingLog> {
  return trainRun(await smallRun({ ...options, measurements }));
}

function rowsOf<Name extends LogMeasurement['measurement']>(log: TrainingLog, name: Name) {
  return log.measurements.filter((row) => row.measurement === name) as Extract<LogMeasurement, { measurement: Name }>[];
}

/** Steps without what is charged, and without the clock. */
const steps = (log: TrainingLog): object[] =>
  log.steps.map(({ wall_s: _, n_grad_evals: __, ...row }: LogStep): object => row);

describe('a measured run', () => {
  test.each<[string, SmallRunOptions]>([
    ['sgd', {}],
    [
      'schedule_free with a clip and a validation objective',
      {
        method: {
          schedule: { name: 'constant', rate: 0.5 },
          optimizer: { name: 'schedule_free' },
          clip: {},
        } as MethodInput,
        objective: { split: 'validation' },
      },
    ],
    ['no attack', { attack: null }],
  ])('trains bit for bit like one that nobody looks at: %s', async (_name, options) => {
    const [plain, watched] = [await measured([], options), await measured(ALL, options)];
    expect(steps(watched)).toEqual(steps(plain));
    expect(watched.evaluations).toEqual(plain.evaluations);
    expect(plain.measurements).toEqual([]);
    expect(plain.end!.measurement_grad_evals).toBeUndefined();
    expect(watched.measurements).toHaveLength(3 * ALL.length);
  });

  test('on the fused engine too, whose perturbed inputs are its own array', async () => {
    const engine = await openEngine('fused', 'dense');
    const [plain, watched] = await Promise.all(
      [[], ALL].map(async (measurements) => {
        const run = await smallRun({ measurements });
        return trainRun({ ...run, engine, header: { ...run.header, ...engine.info } });
      }),
    );
    expect(steps(watched)).toEqual(steps(plain));
    const [sharp] = rowsOf(watched, 'batch_sharpness');
    const [onTfjs] = rowsOf(await measured([{ type: 'batch_sharpness', every: 10 }]), 'batch_sharpness');
    expect(sharp.sharpness).toBeCloseTo(onTfjs.sharpness as number, 2);
  });

  test('writes each row before the update of its number, from 0 on', async () => {
    const log = await measured([{ type: 'noise_trace', every: 7 }]);
    expect(log.measurements.map(({ update }) => update)).toEqual([0, 7, 14, 21, 28]);
  });

  test('a measurement is the same whatever else is measured, and however often', async () => {
    const together = await measured(ALL);
    const alone = await measured([{ type: 'hessian_vector_product', every: 20 }]);
    const rows = rowsOf(together, 'hessian_vector_product').filter(({ update }) => update % 20 === 0);
    expect(rowsOf(alone, 'hessian_vector_product')).toEqual(rows);
  });

  test('is charged, and says apart what measuring cost', async () => {
    const [plain, watched] = [await measured([]), await measured(ALL)];
    const cost = watched.measurements.reduce((sum, row) => sum + row.grad_evals, 0);
    expect(watched.end).toMatchObject({
      n_grad_evals: plain.end!.n_grad_evals! + cost,
      measurement_grad_evals: cost,
    });
    const first = watched.measurements.slice(0, ALL.length).reduce((sum, row) => sum + row.grad_evals, 0);
    expect(watched.steps[0].n_grad_evals).toBe(3 + first);
    expect(watched.steps[1].n_grad_evals).toBe(6 + first);
  });
});

describe('what a measurement costs, in gradients of 16 examples against PGD-2', () => {
  test.each([
    // two halves: K + 1
    [{ type: 'gradient_inner_product' }, 3],
    // m (K + 1)
    [{ type: 'noise_trace', minibatches: 5 }, 15],
    // three losses with their attacks; frozen: one attack and three losses
    [{ type: 'step_curvature' }, 9],
    [{ type: 'step_curvature', perturbation: 'frozen' }, 5],
    [{ type: 'batch_sharpness' }, 2],
    // 24 examples, 1.5 batches: attack 3, two gradients 3, two with their attacks 9
    [{ type: 'hessian_vector_product', examples: 24, vectors: ['random'] }, 15],
    // the same, the gradient of the sample 1.5, and a minibatch with its attack 3: 19.5
    [{ type: 'hessian_vector_product', examples: 24, vectors: ['noise'] }, 20],
    // 128 examples, 8 batches: attack 16, gradient 8, minibatch 3, and 3 vectors times 4 products times 2 gradients times 8
    [{ type: 'lanczos_spectrum', steps: 4 }, 16 + 8 + 3 + 192],
  ])('%j: %d', async (spec, cost) => {
    const log = await measured([{ every: 100, ...spec }], { updates: 2 });
    expect(log.measurements.map(({ grad_evals }) => grad_evals)).toEqual([cost]);
  });
});

describe('what a measurement says', () => {
  test('the step curvature and its parts are of the step that the update takes', async () => {
    const rows = (log: TrainingLog) => rowsOf(log, 'step_curvature');
    const log = await measured([{ type: 'step_curvature', every: 1 }]);
    for (const { step_length, update } of rows(log)) {
      expect(step_length).toBeCloseTo(log.steps[update].step_length as number, 6);
    }
    // One batch says little of another's slope, thirty together that steps go downhill.
    expect(rows(log).reduce((sum, { slope }) => sum + (slope as number), 0)).toBeGreaterThan(0);
  });

  test('at a rate of 0 there is no step, and nothing along it', async () => {
    const still: Schedule = {
      name: 'still',
      controls: ['learning_rate'],
      observes: null,
      describe: () => ({ name: 'still' }),
      init: () => null,
      decide: () => ({ state: null, controls: { learning_rate: 0 }, reason: 'still' }),
    };
    const log = await measured([{ type: 'step_curvature', every: 100 }], { schedule: still });
    const [row] = rowsOf(log, 'step_curvature');
    expect(row).toMatchObject({ step_length: 0, slope: 0, curvature: 0 });
    expect(row.loss).toBeGreaterThan(0.5);
  });

  test('spectra: as many nodes as steps, weights that add up to 1, energies that add up to the noise trace', async () => {
    const log = await measured([
      { type: 'lanczos_spectrum', every: 1, examples: 32, vectors: ['noise'], steps: 3 },
      { type: 'noise_trace', every: 1 },
    ]);
    const energies = rowsOf(log, 'lanczos_spectrum').map(({ spectra: [{ values, weights, norm }] }) => {
      expect(values).toHaveLength(3);
      expect((weights as number[]).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
      return (norm as number) ** 2;
    });
    const traces = rowsOf(log, 'noise_trace').map(({ noise_trace }) => noise_trace as number);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);
    // Thirty draws of either, each with a relative deviation of about 0.3 and a third of it from the examples.
    expect(Math.abs(mean(energies) / mean(traces) - 1)).toBeLessThan(0.25);
  });

  test('a run that diverges is not measured where its gradient is not finite', async () => {
    const method: MethodInput = { schedule: { name: 'constant', rate: 1e30 }, optimizer: { name: 'sgd' } };
    const log = await measured([{ type: 'batch_sharpness', every: 1 }], { method });
    expect(log.end!.status).toBe('diverged');
    expect(log.measurements.length).toBeLessThan(log.steps.length);
  });
});
