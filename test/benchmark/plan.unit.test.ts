import { describe, expect, test } from '@jest/globals';
import path from 'node:path';
import {
  objectiveSchema,
  type Experiment,
  type ExperimentInput,
  attackSchema,
} from '../../src/artifacts/experiment/experiment.js';
import { parseArtifact } from '../../src/artifacts/files.js';
import { openWorkload, resolveExperiment } from '../../src/training/experiment-record.js';
import { createAttack } from '../../src/attacks/create-attack.js';
import type { Workload } from '../../src/workloads/index.js';
import { independentMethods } from '../../src/benchmark/methods.js';
import { planBenchmark } from '../../src/benchmark/plan.js';
import { scoringSentence } from '../../src/benchmark/scoring.js';
import { runsAtOnce, unitCosts } from '../../src/benchmark/timing.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { exampleExperiment, examplePolicy } from '../artifacts/fixtures/examples.js';

const experiment = (fields: Partial<ExperimentInput> = {}): Experiment =>
  parseArtifact('experiment', { ...exampleExperiment(), ...fields }, 'experiment.json') as Experiment;

/** A workload of which only the attack and the number of classes are asked. */
const attacked = (attack: Workload['attack']): Workload => ({ attack, dataset: { classes: 10 } }) as Workload;
const PGD = createAttack(attackSchema.parse({ type: 'pgd', eps: 0.1, steps: 5 }));

describe('unitCosts', () => {
  test("of a user's module: its own attack's count", async () => {
    const record = await resolveExperiment(path.join(PACKAGE_ROOT, 'test', 'fixtures', 'blobs.json'));
    const workload = await openWorkload(record);
    // PGD of 3 steps and the descent; scored on (200 + 200) / 16 minibatches of PGD-10 and the loss.
    expect(unitCosts(workload, objectiveSchema.parse({}), record.experiment)).toEqual({
      update: 4,
      observation: 0,
      scoring: (400 / 16) * 11,
    });
  });

  test.each([
    [{}, PGD, 0],
    [{ metric: 'clean' }, PGD, 1],
    [{ metric: 'clean' }, null, 0],
    [{ split: 'validation' }, PGD, 6],
    [{ split: 'validation' }, null, 1],
    [{ split: 'validation', metric: 'clean' }, PGD, 1],
  ])('an observation of %j', (objective, attack, cost) => {
    expect(unitCosts(attacked(attack), objectiveSchema.parse(objective), experiment()).observation).toBe(cost);
  });
});

describe('planBenchmark', () => {
  test('observations are charged to the runs that observe: under the policy, and identification', () => {
    const options = experiment({
      horizon: 1000,
      seeds: [1, 2],
      pilot: { budget: 0.5 },
      benchmark: { fixed_rates: [0.1, 0.2], maximum_extensions: 3, decays: [], schedule_free: null },
    });
    const plan = planBenchmark(options, { update: 6, observation: 6, scoring: 100 });
    // Both policies, two rates, the best one clipped, at most three beyond the ends. Pilot: 100 updates of reading, 2 runs of 100 with their ends.
    const pilot = 100 * 6 + 200 * 12;
    const policy = 2 * (12_000 + pilot);
    expect(plan.methods.map(({ gradEvals }) => gradEvals)).toEqual([policy, policy, 12_000, 12_000, 12_000, 36_000]);
    expect(plan.gradEvals).toBe(120_000 + 4 * pilot);
    expect(plan.scoringGradEvals).toBe(2 * 8 * 100);
  });
});

describe('schedules by name', () => {
  const options = (fields: Partial<ExperimentInput>) =>
    experiment({
      horizon: 1000,
      seeds: [1, 2],
      benchmark: { fixed_rates: [0.1], decays: [], named: ['sf7', 'h'] },
      ...fields,
    });

  test('are charged for a reading of at most a tenth of the run', () => {
    const { methods } = planBenchmark(options({}), { update: 6, observation: 0, scoring: 100 });
    const named = methods.filter(({ id }) => ['sf7', 'h'].includes(id));
    expect(named.map(({ gradEvals }) => gradEvals)).toEqual([2 * 1100 * 6, 2 * 1100 * 6]);
  });

  test("take a multiple of the seed's reading; an average is only taken of the rule that has none", () => {
    const methods = independentMethods(options({ averaging: { kind: 'ema' } }));
    const reading = { rate: 0.2, updates: 40, n_grad_evals: 240 };
    const seed = {
      seed: 1,
      peak: 1,
      policyPath: 'a',
      policy: examplePolicy(),
      hjbPath: 'b',
      hjb: examplePolicy(),
      reading,
      recommended: null,
    };
    const of = (name: string) => methods.find(({ id }) => id === name)!.method(seed);
    expect(of('sf7')).toMatchObject({ schedule: { rate: 7 * 0.2 }, averaging: null, clip: { kind: 'ratchet' } });
    expect(of('h')).toMatchObject({ schedule: { peak: 1.3 * 0.2 }, averaging: { kind: 'ema' } });
    expect(of('fixed-0.1')).toMatchObject({ averaging: { kind: 'ema' }, clip: null });
  });
});

test('a benchmark of a policy needs SGD', () => {
  const adam = experiment({ optimizer: { name: 'adam' }, benchmark: { fixed_rates: [0.1] } });
  expect(() => planBenchmark(adam, { update: 6, observation: 0, scoring: 1 })).toThrow(
    expect.objectContaining({
      code: 'E_INVALID',
      issues: [{ path: 'optimizer.name', message: 'expected "sgd"; got "adam"' }],
    }),
  );
});

describe('runsAtOnce', () => {
  test('workers, but no more than the cores that their threads fill', () => {
    expect([runsAtOnce(2, 1, 4), runsAtOnce(8, 1, 2), runsAtOnce(2, 4, 4), runsAtOnce(0, 1, 2)]).toEqual([2, 2, 1, 1]);
  });
});

describe('scoringSentence', () => {
  const say = (attack: Workload['attack']): string => scoringSentence(attacked(attack), experiment().evaluation);

  test('PGD-10 on the training ball; an attack without a ball is scored with itself, and that is said', () => {
    expect(say(PGD)).toMatch(/^PGD-10 \(Linf, eps 0.1, 1 random start\), on at most 2000 fixed training/);
    const penalised = createAttack({ type: 'penalised_ascent', steps: 3, eta_i: 0.1, lambda: 1 });
    expect(say(penalised)).toMatch(/^the training attack itself, not PGD \(penalised ascent, 3 steps/);
    expect(say(null)).toMatch(/^clean inputs/);
  });
});
