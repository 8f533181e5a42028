import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { evaluationSchema } from '../../src/artifacts/experiment/experiment.js';
import { randomStream } from '../../src/math/random.js';
import { openEngine, type Engine } from '../../src/training/engines/index.js';
import { evaluate } from '../../src/training/evaluate.js';
import { createUpdateRule } from '../../src/training/updates/index.js';
import { concatenated } from '../../src/training/weights.js';
import { createAttack } from '../../src/attacks/create-attack.js';
import { inPass, type Network } from '../../src/networks/network.js';
import type { ImportedWorkload, Workload } from '../../src/workloads/index.js';
import { tryWorkload } from '../../src/workloads/try-workload.js';
import { gradientOf, LOSSES } from '../../src/losses/index.js';
import { batchNormModel, MOMENTUM } from '../helpers/batch-norm.js';
import { within } from '../helpers/within.js';
import { cloudsWorkload } from './small-run.js';

let engine: Engine;
const model = batchNormModel(tf);

beforeAll(async () => {
  engine = await openEngine('tfjs', 'module');
});

function workload(attackMode?: Workload['attackMode']): Workload {
  const attack = createAttack({ type: 'pgd', eps: 0.1, steps: 3 });
  return { ...cloudsWorkload(null), model, attack, ...(attackMode === undefined ? {} : { attackMode }) };
}

function network(): Network {
  const made = engine.createNetwork(model, { inputShape: [6], classes: 3 }, 60);
  made.load(concatenated(model.initialise(randomStream(1, 'init'))));
  return made;
}

const batch = (n: number) => {
  const { inputs, labels } = workload().dataset.train;
  return { inputs: inputs.slice(0, 6 * n), labels: labels.slice(0, n) };
};

/** Perturbed inputs that the update sees, and the statistics after it. */
function update(mode: Workload['attackMode']): {
  perturbed: Float32Array;
  statistics: Float32Array;
  gradient: number[];
} {
  const inner = network();
  let perturbed = new Float32Array(0);
  const watched: Network = {
    ...inner,
    weightGradient(inputs, loss) {
      perturbed = inputs.slice();
      return inner.weightGradient(inputs, loss);
    },
  };
  const point = {
    network: watched,
    attack: workload().attack,
    draw: () => batch(20),
    noise: randomStream(1, 'attack'),
  };
  const { gradient } = createUpdateRule(workload(mode), null).gradient(point as never);
  return { perturbed, statistics: inner.passes!.statistics(), gradient: [...gradient] };
}

describe('running statistics', () => {
  test('move once in an update: (1 - m) old + m (mean, variance) of its perturbed batch, whatever the attack did', () => {
    for (const mode of ['inference', 'train'] as const) {
      const { perturbed, statistics } = update(mode);
      for (let j = 0; j < 6; j += 1) {
        const column = [...perturbed].filter((_, i) => i % 6 === j);
        const mean = column.reduce((sum, x) => sum + x, 0) / 20;
        const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 20;
        within(statistics[j], MOMENTUM * mean, { abs: 1e-7, because: 'float32' });
        within(statistics[6 + j], 1 - MOMENTUM + MOMENTUM * variance, { abs: 1e-7, because: 'float32' });
      }
    }
  });

  test('do not move in evaluation, in attacks, nor in gradients outside updates', () => {
    const own = network();
    const before = own.passes!.statistics();
    const options = evaluationSchema.parse({ train_examples: 30, test_examples: 30, batch_size: 30 });
    const objective = { metric: 'adversarial', split: 'train', form: 'terminal' } as const;
    evaluate(workload(), own, options, { update: 0, objective });
    const head = gradientOf(LOSSES.cross_entropy, batch(20).labels, new Float64Array(20));
    own.weightGradient(batch(20).inputs, head);
    inPass(own, 'train', () => own.weightGradient(batch(20).inputs, head));
    expect(own.passes!.statistics()).toEqual(before);
  });

  test('come back as they were loaded', () => {
    const own = network();
    const values = Float32Array.from({ length: 12 }, (_, i) => 1 + i / 8);
    own.passes!.loadStatistics(values);
    expect(own.passes!.statistics()).toEqual(values);
  });
});

describe('modes', () => {
  test('in inference an example does not depend on the rest of its batch; in training it does', () => {
    const own = network();
    const [few, many] = [batch(2), batch(20)];
    const first = (inputs: Float32Array): number[] => [...own.logits(inputs).slice(0, 3)];
    expect(first(few.inputs)).toEqual(first(many.inputs));
    const [inTrain, inTrainToo] = [few, many].map(({ inputs }) => inPass(own, 'train', () => first(inputs)));
    expect(inTrain).not.toEqual(inTrainToo);
    expect(first(few.inputs)).not.toEqual(inTrain);
    expect(first(few.inputs)).toEqual(first(many.inputs));
  });

  test('after an error inside, calls are in inference again', () => {
    const own = network();
    const before = [...own.logits(batch(2).inputs)];
    const failing = (): void =>
      inPass(own, 'train', () => {
        throw new Error('inside');
      });
    expect(failing).toThrow('inside');
    expect([...own.logits(batch(2).inputs)]).toEqual(before);
  });

  test('the attack of an update ascends in inference by default, and in training mode by choice: other points', () => {
    const [inference, byDefault, train] = [update('inference'), update(undefined), update('train')];
    expect(byDefault.perturbed).toEqual(inference.perturbed);
    expect(train.perturbed).not.toEqual(inference.perturbed);
  });

  test('the gradient of an update goes through the statistics of the batch: shifting all inputs changes nothing', () => {
    const own = network();
    const { inputs, labels } = batch(20);
    const gradientAt = (x: Float32Array): Float32Array =>
      inPass(own, 'train', () =>
        own.weightGradient(x, gradientOf(LOSSES.cross_entropy, labels, new Float64Array(20))).slice(),
      );
    const moved = gradientAt(inputs.map((x) => x + 0.25));
    gradientAt(inputs).forEach((g, i) =>
      within(moved[i], g, { abs: 2e-4, because: 'float32 variances of moved inputs' }),
    );
  });
});

test('a module whose statistics have other shapes than it says is refused', () => {
  const bad = {
    ...model,
    statistics: { ...model.statistics!, initialise: () => [new Float32Array(6), new Float32Array(5)] },
  };
  const imported = { ...workload(), model: bad, module: { file: 'own.mjs', sha256: '' } } as ImportedWorkload;
  expect(() => tryWorkload(imported)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  expect(() => tryWorkload({ ...imported, model })).not.toThrow();
});
