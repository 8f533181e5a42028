import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import type { TrainingAttackInput } from '../../../src/artifacts/experiment/attacks.js';
import { randomStream } from '../../../src/math/random.js';
import { openEngine, type Engine } from '../../../src/training/engines/index.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import type { Network } from '../../../src/networks/network.js';
import { networkOf, sumOfLogits } from '../../helpers/networks.js';
import { uniforms } from '../../helpers/tensors.js';

const EXAMPLES = 5;
const SHAPE = [4, 3, 1];
const WIDTH = 12;
const LABELS = new Int32Array(EXAMPLES);
const norms = fc.constantFrom('Linf' as const, 'L2' as const);
const radii = fc.double({ min: 1e-3, max: 0.6, noNaN: true });
const seeds = fc.integer({ min: 0, max: 1e6 });

let engine: Engine;

function attackOf(spec: object): ReturnType<typeof createAttack> {
  return createAttack(spec as TrainingAttackInput);
}

/** Losses with many local maxima in the inputs: the sum of sin(9 w x) of each example. */
function wavy(seed: number): Network {
  const logits = (x: tf.Tensor): tf.Tensor => {
    const weights = uniforms(randomStream(seed, 'weights'), SHAPE, -1, 1);
    return tf.reshape(tf.sum(tf.sin(tf.mul(tf.mul(x, weights), 9)), [1, 2, 3]), [-1, 1]);
  };
  return networkOf(engine, logits, { inputShape: SHAPE, classes: 1, capacity: EXAMPLES });
}

function wavyLosses(seed: number, rows: readonly (readonly number[])[]): Float32Array {
  return wavy(seed).logits(Float32Array.from(rows.flat())).slice();
}

function inputsOf(seed: number): Float32Array {
  return randomStream(seed, 'inputs').fillUniform(new Float32Array(EXAMPLES * WIDTH), 0, 1);
}

/** Clean and perturbed inputs of each example, in float64. */
function perturbed(attack: ReturnType<typeof createAttack>, seed: number): { clean: number[][]; moved: number[][] } {
  const inputs = inputsOf(seed);
  const examples = { inputs, labels: LABELS };
  const moved = attack.perturb(wavy(seed), examples, sumOfLogits, randomStream(seed, 'attack'));
  const rows = (values: Float32Array): number[][] =>
    Array.from({ length: EXAMPLES }, (_, i) => [...values.subarray(i * WIDTH, (i + 1) * WIDTH)]);
  return { clean: rows(inputs), moved: rows(moved) };
}

beforeAll(async () => {
  engine = await openEngine('tfjs', 'dense');
});

describe('projected ascent', () => {
  test('no perturbation is longer than eps, and none leaves [0, 1]', () => {
    const shapes = fc.record({
      norm: norms,
      eps: radii,
      random_start: fc.boolean(),
      steps: fc.integer({ min: 1, max: 6 }),
      keep: fc.constantFrom('last', 'best'),
      restarts: fc.integer({ min: 1, max: 2 }),
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
        for (const keep of ['last', 'best']) {
          attackOf({ type: 'pgd', norm, eps, steps: 3, keep }).perturb(
            wavy(seed),
            { inputs, labels: LABELS },
            sumOfLogits,
            randomStream(0, 'attack'),
          );
        }
        expect(inputs).toEqual(inputsOf(seed));
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
          return wavyLosses(seed, moved);
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

  test('more steps never lower the loss of an example that keeps its best point, and may raise it; the last point may fall', () => {
    let [raised, fell] = [0, 0];
    fc.assert(
      fc.property(norms, seeds, (norm, seed) => {
        const losses = (keep: string): Float32Array[] =>
          [1, 3, 9].map((steps) =>
            wavyLosses(seed, perturbed(attackOf({ type: 'pgd', norm, eps: 0.5, alpha: 0.2, steps, keep }), seed).moved),
          );
        const [best, last] = [losses('best'), losses('last')];
        for (let i = 0; i < EXAMPLES; i += 1) {
          expect(best[1][i]).toBeGreaterThanOrEqual(best[0][i]);
          expect(best[2][i]).toBeGreaterThanOrEqual(best[1][i]);
          expect(best[2][i]).toBeGreaterThanOrEqual(last[2][i]);
          if (best[2][i] > best[0][i]) raised += 1;
          if (last[2][i] < last[1][i]) fell += 1;
        }
      }),
      { numRuns: 10, seed: 1 },
    );
    expect(raised).toBeGreaterThan(0);
    expect(fell).toBeGreaterThan(0);
  });

  test('the loss after the steps is above the loss of the start for nearly every example', () => {
    const start = perturbed(attackOf({ type: 'pgd', eps: 0.1, steps: 1, alpha: 1e-12 }), 7);
    const end = perturbed(attackOf({ type: 'pgd', eps: 0.1, steps: 10 }), 7);
    const [low, high] = [wavyLosses(7, start.moved), wavyLosses(7, end.moved)];
    expect(high.every((loss, i) => loss > low[i])).toBe(true);
  });
});
