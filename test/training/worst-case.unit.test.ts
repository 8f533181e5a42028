import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import type { EvaluationAttackInput } from '../../src/artifacts/experiment/attacks.js';
import { randomStream } from '../../src/math/random.js';
import { openEngine, type Engine } from '../../src/training/engines/index.js';
import { outcomesAt, worstCase, type WorstCase } from '../../src/training/worst-case.js';
import { evaluationAttacks } from '../../src/attacks/evaluation.js';
import { LOSSES } from '../../src/losses/index.js';
import type { Network } from '../../src/networks/network.js';
import { counted, networkOf } from '../helpers/networks.js';

const EXAMPLES = 40;
const loss = LOSSES.cross_entropy;
const labels = Int32Array.from({ length: EXAMPLES }, (_, i) => i % 3);
const inputs = randomStream(1, 'inputs').fillUniform(new Float32Array(EXAMPLES * 4), 0, 1);
let engine: Engine;

/** Three classes, wavy in the input, so that restarts and attacks differ. */
function wavy(): Network {
  const weights = randomStream(1, 'weights').fillUniform(new Float32Array(12), -4, 4);
  const logits = (x: tf.Tensor): tf.Tensor =>
    tf.mul(2, tf.sin(tf.matMul(x as tf.Tensor2D, tf.tensor2d(weights, [4, 3]))));
  return networkOf(engine, logits, { inputShape: [4], classes: 3, capacity: EXAMPLES });
}

function scored(spec: EvaluationAttackInput, { spare = false, network = wavy() } = {}): WorstCase {
  const clean = outcomesAt(network, { inputs, labels }, loss);
  const options = { clean, loss, stream: randomStream(2, 'attack'), spare };
  return worstCase(network, { inputs, labels }, evaluationAttacks(spec, 3), options);
}

const count = (wrong: Uint8Array): number => wrong.reduce((sum, value) => sum + value, 0);
const weak = { type: 'fgsm', eps: 0.1, alpha: 0.02 } as const;
const strong = { type: 'pgd', eps: 0.1, steps: 10 } as const;
const margin = { ...strong, loss: 'margin', keep: 'best' } as const;

beforeAll(async () => {
  engine = await openEngine('tfjs', 'dense');
});

describe('the worst case', () => {
  test('is never better than the clean input, even where the attack leaves it better', () => {
    const clean = outcomesAt(wavy(), { inputs, labels }, loss);
    const { losses, wrong } = scored({ ...weak, alpha: 1e-9 });
    wrong.forEach((value, i) => expect(value).toBeGreaterThanOrEqual(clean.wrong[i]));
    // Random starts around it lower some losses: of those the clean one is kept.
    losses.forEach((value, i) =>
      expect(value).toBeGreaterThanOrEqual(clean.losses[i] * Number(wrong[i] === clean.wrong[i])),
    );
  });

  test('of several attacks is misclassified where any is, and together follow one another', () => {
    const { wrong, attacks } = scored({ type: 'best_of', attacks: [weak, strong, margin] });
    wrong.forEach((value, i) => expect(value).toBe(Math.max(...attacks.map(({ alone }) => alone![i]))));
    const together = attacks.map((attack) => count(attack.together));
    expect(together).toEqual([...together].sort((a, b) => a - b));
    expect(together[2]).toBe(count(wrong));
    expect(together[2]).toBeGreaterThan(together[0]);
  });

  test('more restarts never help the defender, and here they break more', () => {
    const broken = [1, 4, 12].map((restarts) => count(scored({ ...strong, steps: 1, alpha: 0.01, restarts }).wrong));
    expect(broken[1]).toBeGreaterThanOrEqual(broken[0]);
    expect(broken[2]).toBeGreaterThan(broken[0]);
  });

  // Losses (1, 2) by hand: the misclassified point of loss 1 comes before the right one of loss 2.
  test('puts misclassification before the loss', () => {
    const clean = { losses: Float64Array.of(2), wrong: Uint8Array.of(0) };
    // Logits (0, x): label 0 at x = 0.5 has the loss ln(1 + e^0.5) = 0.97 < 2, and is misclassified.
    const network = networkOf(engine, (x) => tf.concat([tf.zerosLike(x), x], 1), {
      inputShape: [1],
      classes: 2,
      capacity: 1,
    });
    const attacks = evaluationAttacks({ type: 'fgsm', eps: 0, random_start: false }, 2);
    const example = { inputs: Float32Array.of(0.5), labels: Int32Array.of(0) };
    const worst = worstCase(network, example, attacks, {
      clean,
      loss,
      stream: randomStream(1, 'attack'),
      spare: false,
    });
    expect(worst.wrong[0]).toBe(1);
    expect(worst.losses[0]).toBeCloseTo(Math.log(1 + Math.exp(0.5)), 6);
  });

  test('an example whose loss is not a number is misclassified, whatever its label, and its loss stays none', () => {
    const network = networkOf(engine, (x) => tf.mul(tf.concat([x, x], 1), NaN), {
      inputShape: [1],
      classes: 2,
      capacity: 2,
    });
    const examples = { inputs: Float32Array.of(0.5, 0.5), labels: Int32Array.of(0, 1) };
    const clean = outcomesAt(network, examples, loss);
    const attacks = evaluationAttacks({ type: 'pgd', eps: 0.1, steps: 1 }, 2);
    const worst = worstCase(network, examples, attacks, {
      clean,
      loss,
      stream: randomStream(1, 'attack'),
      spare: false,
    });
    expect([...worst.wrong]).toEqual([1, 1]);
    expect([...worst.losses]).toEqual([NaN, NaN]);
  });
});

describe('sparing misclassified examples', () => {
  const spec: EvaluationAttackInput = { type: 'best_of', attacks: [{ ...strong, restarts: 8 }, margin] };

  test('costs fewer gradients and finds accuracies within what other noise makes of them', () => {
    const [all, few] = [false, true].map((spare) => {
      const { network, gradients } = counted(wavy());
      return { worst: scored(spec, { spare, network }), gradients: gradients() };
    });
    expect(all.gradients).toBe(EXAMPLES * 90);
    expect(few.gradients).toBeLessThan(0.6 * all.gradients);
    expect(Math.abs(count(few.worst.wrong) - count(all.worst.wrong))).toBeLessThanOrEqual(1);
  });

  test('gives no accuracy of an attack alone, because it did not see all', () => {
    expect(scored(spec, { spare: true }).attacks.map(({ alone }) => alone)).toEqual([null, null]);
  });
});
