import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { evaluationSchema } from '../../src/artifacts/experiment/experiment.js';
import type { LogEvaluation } from '../../src/artifacts/training-log/training-log.js';
import { randomStream } from '../../src/math/random.js';
import { checkScores } from '../../src/training/attack-checks.js';
import { openEngine, type Engine } from '../../src/training/engines/index.js';
import { createAttack } from '../../src/attacks/create-attack.js';
import type { Workload } from '../../src/workloads/index.js';
import { counted, networkOf } from '../helpers/networks.js';
import { cloudsWorkload } from './small-run.js';

let engine: Engine;
const sumOfSix = (x: tf.Tensor): tf.Tensor => tf.sum(x, 1, true);

/** Logits of three classes by the sum of the six inputs: high for 0, low for 2, in between for 1. */
const sensible = (x: tf.Tensor): tf.Tensor => {
  const s = sumOfSix(x);
  return tf.concat([tf.mul(s, 2), tf.mul(tf.onesLike(s), 6), tf.sub(12, tf.mul(s, 2))], 1);
};

/** The same, its input first rounded to tenths: the gradient of rounding is 0. */
const rounded = (x: tf.Tensor): tf.Tensor => sensible(tf.div(tf.round(tf.mul(x, 10)), 10));

/** The workload of clouds with its labels by the rule that the models follow. */
function workload(attack: Workload['attack'] = createAttack({ type: 'pgd', eps: 0.1, steps: 10 })): Workload {
  const clouds = cloudsWorkload(null);
  const network = networkOf(engine, sensible, { inputShape: [6], classes: 3, capacity: 60 });
  const logits = network.logits(clouds.dataset.test.inputs);
  const labels = Int32Array.from(
    { length: 60 },
    (_, i) => [0, 1, 2].sort((a, b) => logits[3 * i + b] - logits[3 * i + a])[0],
  );
  return { ...clouds, attack, dataset: { ...clouds.dataset, test: { ...clouds.dataset.test, labels } } };
}

function checked(
  logits: (x: tf.Tensor) => tf.Tensor,
  of = workload(),
  options: object = {},
): Pick<LogEvaluation, 'checks' | 'warnings'> {
  const network = networkOf(engine, logits, { inputShape: [6], classes: 3, capacity: 60 });
  return checkScores(
    of,
    network,
    evaluationSchema.parse({ checks: { examples: 50, queries: 60 }, batch_size: 30, ...options }),
  );
}

const codes = ({ warnings }: Pick<LogEvaluation, 'warnings'>): string[] => warnings!.map(({ code }) => code);

beforeAll(async () => {
  engine = await openEngine('tfjs', 'dense');
});

describe('warnings', () => {
  test('none for a model that gradients see through: random search finds no more than PGD', () => {
    const { checks, warnings } = checked(sensible);
    expect(warnings).toEqual([]);
    expect(checks).toMatchObject({ examples: 50, logit_difference: 0, softmax_outputs: false, zero_gradients: 0 });
    expect(checks!.random_search_acc).toBe(checks!.margin_acc);
    expect(checks!.robust_acc).toBeLessThan(1);
  });

  test('masking and zero gradients for a model that rounds its input', () => {
    const { checks, warnings } = checked(rounded);
    expect(codes({ warnings })).toEqual(['zero_gradients', 'masking']);
    expect(checks!.zero_gradients).toBe(1);
    expect(checks!.random_search_acc!).toBeLessThan(checks!.robust_acc! - 0.1);
    expect(warnings![0].message).toMatch(/exactly 0 at 100 % of the examples/);
    expect(warnings![1].message).toMatch(
      /^Random search lowers robust accuracy from the \S+ % that gradients leave to \S+ %: gradients are masked/,
    );
  });

  test('so it does in an L2 ball', () => {
    const attack = createAttack({ type: 'pgd', norm: 'L2', eps: 0.25, steps: 10 });
    expect(codes(checked(rounded, workload(attack)))).toContain('masking');
    expect(codes(checked(sensible, workload(attack)))).toEqual([]);
  });

  test('softmax outputs', () => {
    expect(codes(checked((x) => tf.softmax(sensible(x) as tf.Tensor2D)))).toContain('softmax_outputs');
  });

  test('randomised outputs', () => {
    const stream = randomStream(1, 'noise');
    const noisy = (x: tf.Tensor): tf.Tensor => tf.add(sensible(x), stream.normal());
    const found = checked(noisy);
    expect(codes(found)).toContain('randomised_outputs');
    expect(found.checks!.logit_difference).toBeGreaterThan(0);
  });
});

describe('the checks', () => {
  test('say what they cost: gradients as counted, one forward pass for each query of those that are left', () => {
    const inner = networkOf(engine, sensible, { inputShape: [6], classes: 3, capacity: 60 });
    const { network, gradients } = counted(inner);
    const options = evaluationSchema.parse({ checks: { examples: 50, queries: 7 }, batch_size: 30 });
    const { checks } = checkScores(workload(), network, options);
    // Every example once for its gradient, ten times for PGD-10 (the clean inputs are right), and those left 20 times.
    const left = Math.round(50 * checks!.robust_acc!);
    expect(gradients()).toBe(550 + 20 * left);
    expect(checks!.n_grad_evals).toBe(550 + 20 * left);
    expect(checks!.n_forward_evals).toBe(3 * 50 + 8 * Math.round(50 * checks!.margin_acc!));
  });

  test('search no ball where the attack has none', () => {
    for (const attack of [null, createAttack({ type: 'penalised_ascent', steps: 2, eta_i: 0.1, lambda: 1 })]) {
      const { checks, warnings } = checked(sensible, workload(attack));
      expect(warnings).toEqual([]);
      expect(checks!.random_search_acc).toBeUndefined();
      expect(checks!.n_forward_evals).toBe(100);
    }
  });

  test('are left out where the experiment says so', () => {
    expect(checked(rounded, workload(), { checks: null })).toEqual({});
  });
});
