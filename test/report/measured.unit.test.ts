import { describe, expect, test } from '@jest/globals';
import { measuredSeries } from '../../src/benchmark/measured.js';
import { collectedLog } from '../../src/benchmark/loss-columns.js';
import { runResult } from '../../src/benchmark/summarize.js';
import { logMeasurementSchema } from '../../src/artifacts/experiment/measurements.js';
import type { MeasuredSeries, MethodResult, Results } from '../../src/artifacts/results/results.js';
import { measuredFigures } from '../../src/report/figures/measured.js';
import { pilotLog } from '../helpers/pilot-log.js';

const row = (value: object) => logMeasurementSchema.parse({ type: 'measurement', update: 0, grad_evals: 3, ...value });

const ROWS = [
  row({ measurement: 'gradient_inner_product', inner_product: 0.5, noise_trace: 'nan' }),
  row({ measurement: 'step_curvature', step_length: 0.5, loss: 1, slope: 0.1, curvature: 2 }),
  row({ measurement: 'batch_sharpness', sharpness: 7 }),
  row({ measurement: 'batch_sharpness', sharpness: 8, update: 10 }),
  row({
    measurement: 'hessian_vector_product',
    examples: 128,
    products: [{ vector: 'noise', norm: 1, frozen: 3, re_attacked: 4 }],
  }),
  row({
    measurement: 'lanczos_spectrum',
    examples: 128,
    spectra: [{ vector: 'random', norm: 1, values: [-1, 9], weights: [0.5, 0.5] }],
  }),
];

describe('what a log measured', () => {
  test('becomes series of the quantities that figures show', () => {
    expect(measuredSeries({ ...pilotLog('a'), measurements: ROWS })).toEqual({
      inner_product: { update: [0], value: [0.5] },
      half_batch_noise_trace: { update: [0], value: [null] },
      // s' H s / |s|^2 = 2 / 0.25
      step_curvature: { update: [0], value: [8] },
      batch_sharpness: { update: [0, 10], value: [7, 8] },
      noise_frozen: { update: [0], value: [3] },
      noise_re_attacked: { update: [0], value: [4] },
      random_largest: { update: [0], value: [9] },
    });
    expect(measuredSeries(pilotLog('a'))).toBeUndefined();
  });

  test('is charged to no method', () => {
    const log = pilotLog('a');
    const detail = { constantLoss: Math.log(3), spentBefore: 0, figure: 'train_robust_loss' } as const;
    const end = { ...log.end!, n_grad_evals: log.end!.n_grad_evals! + 30, measurement_grad_evals: 30 };
    const measured = runResult(collectedLog({ ...log, end, measurements: ROWS }), 'a.jsonl', detail);
    const plain = runResult(collectedLog(log), 'a.jsonl', detail);
    expect(measured.run_grad_evals).toBe(plain.run_grad_evals);
    expect(plain).not.toHaveProperty('measured');
  });
});

describe('its figures', () => {
  const method = (label: string, ...runs: (MeasuredSeries | undefined)[]): MethodResult =>
    ({ label, runs: runs.map((measured) => ({ measured })) }) as unknown as MethodResult;
  const sharpness = (...value: (number | null)[]): MeasuredSeries => ({
    batch_sharpness: { update: value.map((_, k) => 10 * k), value },
  });
  const figuresOf = (...methods: MethodResult[]) => measuredFigures({ methods } as unknown as Results);

  test('are none where nothing was measured', () => {
    expect(figuresOf(method('policy', undefined), method('fixed', undefined))).toEqual([]);
  });

  test('show the mean over seeds, a gap where a seed has none or the mean is below 0', () => {
    const [figure, ...more] = figuresOf(method('policy', sharpness(4, 2, -5), sharpness(6, null, 1)));
    expect(more).toEqual([]);
    expect(figure.id).toBe('measured-curvature');
    expect(figure.data[0]).toMatchObject({ x: [0, 10, 20], y: [5, null, null], visible: true });
    expect(figure.table.rows).toEqual([['policy', 'minibatch gradient, its own batch', 5, null, -2]]);
    expect(figure.caption).toContain('Mean over 2 seeds');
    expect(figure.caption).toContain('below 0');
  });

  test('show one method at a time, which the menu chooses', () => {
    const [figure] = figuresOf(method('policy', sharpness(4)), method('fixed 0.1', sharpness(5)));
    expect(figure.data.map(({ visible }) => visible)).toEqual([true, false]);
    expect(figure.menu?.options).toEqual([
      { label: 'policy', shown: [true, false] },
      { label: 'fixed 0.1', shown: [false, true] },
    ]);
  });

  test('draw what a run that ended early lacks as gaps', () => {
    const [figure] = figuresOf(method('policy', sharpness(4), sharpness(6, 8)));
    expect(figure.data[0]).toMatchObject({ x: [0, 10], y: [5, null] });
  });
});
