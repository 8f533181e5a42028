import { beforeAll, describe, expect, test } from '@jest/globals';
import type { EvaluationAttackInput } from '../../../src/artifacts/experiment/attacks.js';
import { randomStream } from '../../../src/math/random.js';
import { openEngine, type Engine } from '../../../src/training/engines/index.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import { createModel } from '../../../src/workloads/index.js';
import { evaluationAttacks } from '../../../src/attacks/evaluation.js';
import { LOSSES, lossesOf } from '../../../src/losses/index.js';
import type { Network } from '../../../src/networks/network.js';
import { within } from '../../helpers/within.js';

const DIMENSIONS = 20;
const EXAMPLES = 16;
const EPS = 0.1;

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine('tfjs', 'dense');
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

  const labels = Int32Array.from({ length: EXAMPLES }, (_, i) => i % 2);

  function network(): Network {
    const model = createModel({ layers: [{ type: 'dense', units: 2 }] }, [DIMENSIONS], 2);
    const softmaxRegression = engine.createNetwork(model, { inputShape: [DIMENSIONS], classes: 2 }, EXAMPLES);
    softmaxRegression.load(Float32Array.from([...weights, ...bias]));
    return softmaxRegression;
  }

  function lossesAfter(spec: object): Float64Array {
    const attack = createAttack({ type: 'pgd', norm, eps: EPS, steps: 1, ...spec });
    const attacked = network();
    const perturbed = attack.perturb(attacked, { inputs, labels }, LOSSES.cross_entropy, randomStream(2, 'attack'));
    return lossesOf(LOSSES.cross_entropy, attacked.logits(perturbed), labels);
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

  test('linear_exact finds it without an ascent, one gradient for each class', () => {
    const spec: EvaluationAttackInput = { type: 'linear_exact', norm, eps: EPS };
    const [{ starts }] = evaluationAttacks(spec, 2);
    const attacked = network();
    const perturbed = starts[0].perturb(attacked, { inputs, labels }, LOSSES.cross_entropy, randomStream(2, 'attack'));
    const losses = lossesOf(LOSSES.cross_entropy, attacked.logits(perturbed), labels);
    const expected = exactLosses(EPS * dual);
    losses.forEach((loss, i) => within(loss, expected[i], { rel: 1e-5, because }));
    expect(starts[0].gradientEvaluations).toBe(2);
  });
});

/** Of several classes the worst case is of the one with the largest z_c - z_y + eps |w_c - w_y|_q, box or not. */
describe.each(['Linf', 'L2'] as const)('five classes behind a convolution and a mean, %s', (norm) => {
  const CLASSES = 5;
  const layers = [
    { type: 'conv2d', filters: 2, kernel: 3, stride: 1, padding: 'same' },
    { type: 'mean_pool', size: 2 },
    { type: 'flatten' },
    { type: 'dense', units: CLASSES },
  ] as const;
  const inputShape = [4, 4, 1];
  const model = createModel(
    { normalization: { mean: 0.3, standard_deviation: 0.5 }, layers: [...layers] },
    inputShape,
    CLASSES,
  );
  const inputs = randomStream(3, 'inputs').fillUniform(new Float32Array(EXAMPLES * 16), 0, 1);
  const labels = Int32Array.from({ length: EXAMPLES }, (_, i) => i % CLASSES);

  test('linear_exact reaches the margin that one-hot probes of the logits give', () => {
    const network = engine.createNetwork(model, { inputShape, classes: CLASSES }, 32);
    network.load(Float32Array.from(model.initialise(randomStream(1, 'init')).flatMap((values) => [...values])));
    // Columns of the linear map: f(e_j) - f(0).
    const probes = new Float32Array(17 * 16);
    for (let j = 0; j < 16; j += 1) probes[(j + 1) * 16 + j] = 1;
    const answers = network.logits(probes).slice();
    const slope = (c: number, j: number): number => answers[(j + 1) * CLASSES + c] - answers[c];
    const clean = network.logits(inputs).slice();
    const [{ starts }] = evaluationAttacks({ type: 'linear_exact', norm, eps: 0.2 }, CLASSES);
    const perturbed = starts[0].perturb(network, { inputs, labels }, LOSSES.cross_entropy, randomStream(2, 'attack'));
    const margins = lossesOf(LOSSES.margin, network.logits(perturbed), labels);
    margins.forEach((found, i) => {
      const y = labels[i];
      const worst = Array.from({ length: CLASSES }, (_, c) => {
        const differences = Array.from({ length: 16 }, (__, j) => slope(c, j) - slope(y, j));
        const dual =
          norm === 'L2' ? Math.hypot(...differences) : differences.reduce((sum, value) => sum + Math.abs(value), 0);
        return c === y ? -Infinity : clean[i * CLASSES + c] - clean[i * CLASSES + y] + 0.2 * dual;
      });
      within(found, Math.max(...worst), { abs: 2e-6, because: 'differences of float32 logits near 1' });
    });
  });
});
