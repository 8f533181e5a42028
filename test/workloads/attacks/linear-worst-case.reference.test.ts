import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { attackSchema, type AttackSpec } from '../../../src/artifacts/experiment.js';
import { randomStream } from '../../../src/math/random.js';
import { crossEntropies } from '../../../src/training/cross-entropy.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { createAttack } from '../../../src/workloads/index.js';
import { valuesOf } from '../../helpers/tensors.js';
import { within } from '../../helpers/within.js';

const DIMENSIONS = 20;
const EXAMPLES = 16;
const EPS = 0.1;

beforeAll(async () => {
  await openEngine('tfjs');
});

/**
 * Softmax regression with two classes has the loss ln(1 + exp(-m)), m = y (w.x + b) with y = +-1 and w the difference of
 * the two columns. Its largest value over |delta|_p <= eps has the margin m - eps |w|_q, 1/p + 1/q = 1. The inputs are
 * kept eps away from the box.
 */
describe.each(['Linf', 'L2'] as const)('two-class softmax regression, %s', (norm) => {
  const weights = [...uniformNumbers('weights', 2 * DIMENSIONS, -1, 1)];
  const bias = [0.1, -0.2];
  const inputs = uniformNumbers('inputs', EXAMPLES * DIMENSIONS, 0.2, 0.8);
  const w = Array.from({ length: DIMENSIONS }, (_, i) => weights[2 * i] - weights[2 * i + 1]);
  const dual = norm === 'Linf' ? w.reduce((sum, v) => sum + Math.abs(v), 0) : Math.hypot(...w);

  function uniformNumbers(name: string, count: number, low: number, high: number): Float32Array {
    return randomStream(1, name).fillUniform(new Float32Array(count), low, high);
  }

  /** ln(1 + exp(-(m - shift))) of each example, in float64; even examples are of class 0, y = +1. */
  function exactLosses(shift: number): number[] {
    return Array.from({ length: EXAMPLES }, (_, i) => {
      const score = w.reduce((sum, v, j) => sum + v * inputs[i * DIMENSIONS + j], bias[0] - bias[1]);
      const margin = (i % 2 === 0 ? 1 : -1) * score;
      return Math.log1p(Math.exp(-(margin - shift)));
    });
  }

  function lossesAfter(spec: object): number[] {
    const attack = createAttack(attackSchema.parse({ type: 'pgd', norm, eps: EPS, ...spec }) as AttackSpec);
    return valuesOf(() => {
      const labels = tf
        .oneHot(
          tf.tensor1d(
            Array.from({ length: EXAMPLES }, (_, i) => i % 2),
            'int32',
          ),
          2,
        )
        .toFloat();
      const logits = (x: tf.Tensor): tf.Tensor2D =>
        tf.add(tf.matMul(x as tf.Tensor2D, tf.tensor2d(weights, [DIMENSIONS, 2])), tf.tensor1d(bias));
      const losses = (x: tf.Tensor): tf.Tensor1D => crossEntropies(logits(x), labels as tf.Tensor2D);
      return losses(attack.perturb(losses, tf.tensor2d(inputs, [EXAMPLES, DIMENSIONS]), randomStream(2, 'attack')));
    });
  }

  const because = 'float32 logits, and a radius rounded inwards by 1e-6 at most';

  test('PGD-10 from the input finds the exact worst case', () => {
    const expected = exactLosses(EPS * dual);
    lossesAfter({ steps: 10, random_start: false }).forEach((loss, i) =>
      within(loss, expected[i], { rel: 1e-5, because }),
    );
  });

  test('so it does from a random start, given steps enough', () => {
    const expected = exactLosses(EPS * dual);
    lossesAfter({ steps: 30, alpha: EPS }).forEach((loss, i) => within(loss, expected[i], { rel: 1e-5, because }));
  });

  test('no attack does more harm than the worst case, and one step of it does some', () => {
    const worst = exactLosses(EPS * dual);
    const clean = exactLosses(0);
    lossesAfter({ steps: 1, random_start: false }).forEach((loss, i) => {
      expect(loss).toBeLessThanOrEqual(worst[i] * (1 + 1e-5));
      expect(loss).toBeGreaterThan(clean[i]);
    });
  });

  test('with eps = 0 the loss is exactly the clean one', () => {
    const expected = exactLosses(0);
    lossesAfter({ steps: 5, eps: 0 }).forEach((loss, i) =>
      within(loss, expected[i], { rel: 1e-6, because: 'float32 logits' }),
    );
  });
});
