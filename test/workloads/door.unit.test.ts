import { describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { experimentSchema, type Experiment } from '../../src/artifacts/experiment/experiment.js';
import type { HjbLrError, Issue } from '../../src/errors.js';
import { checkAttacks, createModel, type Workload } from '../../src/workloads/index.js';
import { createAttack } from '../../src/attacks/create-attack.js';
import { batchNormModel } from '../helpers/batch-norm.js';
import { evaluationAttacks, inTrainingBall } from '../../src/attacks/evaluation.js';
import { cloudsWorkload } from '../training/small-run.js';

const pgd = { type: 'pgd', eps: 0.1, steps: 2 } as const;

function experiment(change: object = {}): Experiment {
  return experimentSchema.parse({
    kind: 'experiment',
    name: 'door',
    workload: './own.js',
    batch_size: 8,
    horizon: 10,
    seeds: [1],
    ...change,
  });
}

/** Paths and messages of what is refused; none where nothing is. */
function refused(workload: Workload, change: object = {}): string[] {
  try {
    checkAttacks('door.json', experiment(change), workload);
    return [];
  } catch (error) {
    expect((error as HjbLrError).code).toBe('E_INVALID');
    return (error as HjbLrError).issues.map(({ path, message }: Issue) => `${path}: ${message}`);
  }
}

const clouds = (change: Partial<Workload> = {}): Workload => ({ ...cloudsWorkload(pgd), ...change });
const twoClasses = (): Workload => clouds({ dataset: { ...clouds().dataset, classes: 2 } });

describe('attacks that do not fit', () => {
  test('dlr needs three classes: it is refused for two, everywhere it stands, and let through for three', () => {
    const dlr = { ...pgd, loss: 'dlr' } as const;
    const own = { ...twoClasses(), attack: createAttack(dlr) };
    const evaluation = { attack: { type: 'best_of', attacks: [pgd, dlr] } };
    const sentence =
      'dlr divides by the distance of the first logit to the third, and there are 2 classes: take margin';
    expect(refused(own, { evaluation })).toEqual([
      `workload.attack.loss: ${sentence}`,
      `evaluation.attack.attacks.1.loss: ${sentence}`,
    ]);
    expect(refused(clouds({ attack: createAttack(dlr) }), { evaluation })).toEqual([]);
  });

  test('linear_exact names the layer that is not linear', () => {
    const evaluation = { attack: { type: 'linear_exact', eps: 0.1 } };
    expect(refused(clouds(), { evaluation })).toEqual([
      'evaluation.attack.type: linear_exact needs linear logits, and layer 1 (relu) is not linear: take pgd',
    ]);
    const dense = createModel({ layers: [{ type: 'dense', units: 3 }] }, [6], 3);
    expect(refused(clouds({ model: dense }), { evaluation })).toEqual([]);
    expect(refused(clouds({ model: batchNormModel(tf) }), { evaluation })).toEqual([
      'evaluation.attack.type: linear_exact needs a model described by its layers: take pgd',
    ]);
  });
});

describe('a strong evaluation', () => {
  const evaluation = { attack: { type: 'strong' } };

  test('needs the ball of the training attack', () => {
    expect(refused(clouds(), { evaluation })).toEqual([]);
    const penalised = createAttack({ type: 'penalised_ascent', steps: 1, eta_i: 1, lambda: 1 });
    const sentence = 'strong searches the ball of the training attack, which has none: name an attack with its radius';
    expect(refused(clouds({ attack: penalised }), { evaluation })).toEqual([`evaluation.attack.type: ${sentence}`]);
  });

  test('is PGD-50 from two starts and PGD-30 on the margin, in the last ball of a schedule', () => {
    const trained = createAttack({ type: 'pgd', norm: 'L2', eps: { value: 0.2, ramp: {} }, start: 'kept' }).spec;
    const [loss, margin] = evaluationAttacks(inTrainingBall({ type: 'strong' }, trained), 3);
    expect(loss.spec).toMatchObject({ type: 'pgd', norm: 'L2', eps: 0.2, steps: 50 });
    expect(loss.starts.map(({ gradientEvaluations }) => gradientEvaluations)).toEqual([50, 50]);
    expect(margin.spec).toMatchObject({ norm: 'L2', eps: 0.2, steps: 30, loss: 'margin', keep: 'best' });
  });
});

describe('training that does not fit', () => {
  const trades = { type: 'trades', beta: 6, start_deviation: 0.001 } as const;
  const free = { type: 'free', replays: 4 } as const;

  test.each<[string, Partial<Workload>, string[]]>([
    [
      'kept perturbations with TRADES',
      { training: trades, attack: createAttack({ type: 'pgd', eps: 0.1, start: 'kept' }) },
      [
        'workload.attack.start: is not kept, but the input with a little noise: leave it out, or train by the standard rule, not with trades',
      ],
    ],
    [
      'kept perturbations with free training',
      { training: free, attack: createAttack({ type: 'fgsm', eps: 0.1, start: 'kept' }) },
      [
        'workload.attack.start: is not needed, for perturbations are carried from minibatch to minibatch: leave it out with free',
      ],
    ],
    [
      'TRADES without an attack',
      { training: trades, attack: null },
      ['workload.attack: trades needs an attack on a ball: take pgd or fgsm'],
    ],
    [
      'TRADES with a loss of its own for attack and weights',
      { training: trades, attack: createAttack({ ...pgd, loss: 'margin' }), loss: 'squared' },
      [
        'workload.attack.loss: is not free: leave it out with trades',
        'workload.loss: must be cross_entropy with trades',
      ],
    ],
    [
      'free training with more than one step',
      { training: free },
      ['workload.attack: moves once in each replay: take fgsm, or pgd of one step and one start, with free'],
    ],
    [
      'free training without a ball',
      { training: free, attack: createAttack({ type: 'penalised_ascent', steps: 1, eta_i: 1, lambda: 1 }) },
      ['workload.attack: free needs an attack on a ball: take pgd or fgsm'],
    ],
    ['TRADES as it should be', { training: trades }, []],
    ['free training as it should be', { training: free, attack: createAttack({ type: 'fgsm', eps: 0.1 }) }, []],
  ])('%s', (_name, change, expected) => {
    expect(refused(clouds(change))).toEqual(expected);
  });
});

describe('data that do not fit', () => {
  test('augmentation is of images', () => {
    const augmentation = { crop_padding: 2, horizontal_flip: false };
    expect(refused(clouds({ augmentation }))).toEqual([
      'workload.augmentation: needs images [height, width, channels], and the inputs have the shape [6]: leave it out',
    ]);
  });

  test('an objective of the validation split needs such examples', () => {
    const { dataset } = clouds();
    const without = { ...dataset, validation: { count: 0, inputs: new Float32Array(0), labels: new Int32Array(0) } };
    const objective = { split: 'validation' };
    expect(refused(clouds({ dataset: without }), { objective })).toEqual([
      'objective.split: there are no validation examples: set data.split.validation above 0',
    ]);
    expect(refused(clouds({ dataset: without }))).toEqual([]);
    expect(refused(clouds(), { objective })).toEqual([]);
  });
});
