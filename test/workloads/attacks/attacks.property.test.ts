import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { attackSchema, type AttackSpec } from '../../../src/artifacts/experiment.js';
import { randomStream } from '../../../src/math/random.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { createAttack, type InputLosses } from '../../../src/workloads/index.js';
import { uniforms, valuesOf } from '../../helpers/tensors.js';

const EXAMPLES = 5;
const SHAPE = [4, 3, 1];
const norms = fc.constantFrom('Linf' as const, 'L2' as const);
const radii = fc.double({ min: 1e-3, max: 0.6, noNaN: true });
const seeds = fc.integer({ min: 0, max: 1e6 });

function attackOf(spec: object): ReturnType<typeof createAttack> {
  return createAttack(attackSchema.parse(spec) as AttackSpec);
}

/** Losses with many local maxima in the inputs: the sum of sin(9 w x) of each example. */
function wavyLosses(seed: number): InputLosses {
  return (x) => {
    const weights = uniforms(randomStream(seed, 'weights'), SHAPE, -1, 1);
    return tf.sum(tf.sin(tf.mul(tf.mul(x, weights), 9)), [1, 2, 3]) as tf.Tensor1D;
  };
}

function inputsOf(seed: number): tf.Tensor {
  return uniforms(randomStream(seed, 'inputs'), [EXAMPLES, ...SHAPE], 0, 1);
}

/** Clean and perturbed inputs of each example, in float64. */
function perturbed(attack: ReturnType<typeof createAttack>, seed: number): { clean: number[][]; moved: number[][] } {
  const clean = valuesOf(() => inputsOf(seed));
  const moved = valuesOf(() => attack.perturb(wavyLosses(seed), inputsOf(seed), randomStream(seed, 'attack')));
  const rows = (values: number[]): number[][] =>
    Array.from({ length: EXAMPLES }, (_, i) => values.slice(i * 12, (i + 1) * 12));
  return { clean: rows(clean), moved: rows(moved) };
}

beforeAll(async () => {
  await openEngine('tfjs');
});

describe('projected ascent', () => {
  test('no perturbation is longer than eps, and none leaves [0, 1]', () => {
    const shapes = fc.record({
      norm: norms,
      eps: radii,
      random_start: fc.boolean(),
      steps: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(shapes, seeds, (spec, seed) => {
        const { clean, moved } = perturbed(attackOf({ type: 'pgd', ...spec }), seed);
        moved.forEach((x, i) => {
          const delta = x.map((value, j) => Math.abs(value - clean[i][j]));
          const length = spec.norm === 'Linf' ? Math.max(...delta) : Math.hypot(...delta);
          expect(length).toBeLessThanOrEqual(spec.eps * (1 + 1e-6));
          expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...x)).toBeLessThanOrEqual(1);
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test('the inputs are not changed', () => {
    fc.assert(
      fc.property(norms, radii, seeds, (norm, eps, seed) => {
        const inputs = inputsOf(seed);
        const before = [...inputs.dataSync()];
        attackOf({ type: 'pgd', norm, eps, steps: 3 })
          .perturb(wavyLosses(seed), inputs, randomStream(0, 'attack'))
          .dispose();
        expect([...inputs.dataSync()]).toEqual(before);
        inputs.dispose();
      }),
      { numRuns: 10, seed: 1 },
    );
  });

  test('with eps = 0 the inputs come back bit for bit, and no gradient is charged', () => {
    for (const spec of [{ type: 'pgd', norm: 'L2', steps: 4 }, { type: 'pgd', steps: 4 }, { type: 'fgsm' }]) {
      const attack = attackOf({ ...spec, eps: 0 });
      const { clean, moved } = perturbed(attack, 3);
      expect(moved).toEqual(clean);
      expect(attack.gradientEvaluations).toBe(0);
    }
  });

  test('more restarts never lower the loss of an example, and one may raise it', () => {
    let raised = 0;
    fc.assert(
      fc.property(norms, seeds, (norm, seed) => {
        const losses = [1, 2, 4].map((restarts) => {
          const { moved } = perturbed(attackOf({ type: 'pgd', norm, eps: 0.5, steps: 2, restarts }), seed);
          return valuesOf(() => wavyLosses(seed)(tf.tensor(moved.flat(), [EXAMPLES, ...SHAPE])));
        });
        for (let i = 0; i < EXAMPLES; i += 1) {
          expect(losses[1][i]).toBeGreaterThanOrEqual(losses[0][i]);
          expect(losses[2][i]).toBeGreaterThanOrEqual(losses[1][i]);
          if (losses[2][i] > losses[0][i]) raised += 1;
        }
      }),
      { numRuns: 10, seed: 1 },
    );
    expect(raised).toBeGreaterThan(0);
  });

  test('the loss after the steps is above the loss of the start for nearly every example', () => {
    const start = perturbed(attackOf({ type: 'pgd', eps: 0.1, steps: 1, alpha: 1e-12 }), 7);
    const end = perturbed(attackOf({ type: 'pgd', eps: 0.1, steps: 10 }), 7);
    const lossesOf = (rows: number[][]): number[] =>
      valuesOf(() => wavyLosses(7)(tf.tensor(rows.flat(), [EXAMPLES, ...SHAPE])));
    const [low, high] = [lossesOf(start.moved), lossesOf(end.moved)];
    expect(high.every((loss, i) => loss > low[i])).toBe(true);
  });
});
