import { describe, expect, test } from '@jest/globals';
import { experimentFileSchema } from '../../src/artifacts/experiment/experiment.js';
import { HjbLrError } from '../../src/errors.js';
import { withUpdates } from '../../src/training/run-length.js';
import type { Workload } from '../../src/workloads/index.js';
import { exampleExperiment } from '../artifacts/fixtures/examples.js';
import { cloudsWorkload } from './small-run.js';

const PGD_3 = cloudsWorkload({ type: 'pgd', eps: 0.1, steps: 3 });
const KEPT = cloudsWorkload({ type: 'pgd', eps: 0.1, start: 'kept' });

function updates(horizon: unknown, workload: Workload = PGD_3, batch_size: unknown = 16): number {
  const experiment = experimentFileSchema.parse({ ...exampleExperiment(), horizon, batch_size });
  return withUpdates(experiment, 'experiment.json', workload).horizon;
}

describe('the length of a run in updates', () => {
  test.each<[string, unknown, Workload, unknown, number]>([
    ['a number', 800, PGD_3, 16, 800],
    ['updates by name', { updates: 800 }, PGD_3, 16, 800],
    // 120 training examples: 2.5 passes are 300, in 18.75 minibatches of 16.
    ['epochs, rounded up', { epochs: 2.5 }, PGD_3, 16, 19],
    ['epochs that come out even', { epochs: 2 }, PGD_3, 8, 30],
    // 30 minibatches of 8, then as many of 32: 240 + 960 = 1,200.
    ['epochs with a batch size that changes', { epochs: 10 }, PGD_3, [{ from: 0, size: 8 }, { from: 0.5, size: 32 }], 60], // prettier-ignore
    ['epochs with a batch size from an update on', { epochs: 1 }, PGD_3, [{ from_update: 0, size: 10 }, { from_update: 6, size: 30 }], 8], // prettier-ignore
    // Three steps and the gradient of the weights are four evaluations.
    ['gradient evaluations, at most as many', { gradient_evaluations: 4803 }, PGD_3, 16, 1200],
    ['gradient evaluations of one kept step', { gradient_evaluations: 4800 }, KEPT, 16, 2400],
    ['gradient evaluations of clean training', { gradient_evaluations: 300 }, { ...PGD_3, attack: null }, 16, 300],
    ['gradient evaluations of TRADES', { gradient_evaluations: 500 }, { ...PGD_3, training: { type: 'trades', beta: 6, start_deviation: 0 } }, 16, 100], // prettier-ignore
  ])('%s', (_name, horizon, workload, batchSize, expected) => {
    expect(updates(horizon, workload, batchSize)).toBe(expected);
  });

  test('is at least two: less is refused with the cost of an update', () => {
    const act = (): number => updates({ gradient_evaluations: 7 });
    expect(act).toThrow(HjbLrError);
    expect(act).toThrow('experiment.json describes a run that is too short.');
    try {
      act();
    } catch (error) {
      expect((error as HjbLrError).issues).toEqual([
        { path: 'horizon', message: 'gives 1 updates, and a run has at least 2: one costs 4 gradient evaluations' },
      ]);
    }
  });

  test.each([{ epochs: 0 }, { epochs: 1, updates: 5 }, { updates: 1 }, { gradient_evaluations: 1.5 }, {}])(
    '%j is no length',
    (horizon) => {
      expect(experimentFileSchema.safeParse({ ...exampleExperiment(), horizon }).success).toBe(false);
    },
  );
});
