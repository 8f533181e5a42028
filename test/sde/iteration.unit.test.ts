import { describe, expect, test } from '@jest/globals';
import { fastStream } from '../../src/math/fast-stream.js';
import { fuseIteration } from '../../src/sde/index.js';
import { within } from '../helpers/within.js';
import { modelOf, projected, type Changes } from './models.js';

const LINEAR: Changes = {
  weights: ['a', 'b'],
  inputs: ['x1', 'x2'],
  label: 'y',
  loss: 'log(1 + exp(-y*(a*x1 + b*x2)))',
  data: { points: [[1, 2, 1], [-0.5, 0.3, -1], [0.2, -1, -1]] },
  start: { a: 0.3, b: -0.2 },
  at: [],
  observables: [],
  batch_size: 3,
}; // prettier-ignore

const MIXTURE = {
  mixture: [
    { weight: 1, mean: [1, 0, 1], covariance: [[1, 0.3, 0], [0.3, 0.5, 0], [0, 0, 0]] },
    { weight: 2, mean: [-1, 0.5, -1], covariance: [[0, 0, 0], [0, 0, 0], [0, 0, 0]] },
    { weight: 0.5, mean: [0, -1, -1], covariance: [[0.2, 0, 0], [0, 0, 0], [0, 0, 0]] },
  ],
}; // prettier-ignore

const CASES: readonly (readonly [string, Changes])[] = [
  ['penalised ascent, one normal input', {}],
  ['no attack, batch size 1', { attack: { type: 'none' }, batch_size: 1 }],
  ['sign attack', { attack: projected(), observables: [] }],
  ['two weights, points, L2', { ...LINEAR, attack: projected({ norm: 'L2' }) }],
  ['gradient direction in a box', { ...LINEAR, attack: projected({ direction: 'gradient', alpha: 0.4 }) }],
  ['normalised gradient in a box', { ...LINEAR, attack: projected({ direction: 'normalised' }) }],
  ['a mixture of ranks 2, 0 and 1', { ...LINEAR, data: MIXTURE }],
  ['weighted points', { ...LINEAR, data: { ...(LINEAR.data as object), weights: [1, 3, 0] } }],
  ['random start in a box', { ...LINEAR, attack: projected({ random_start: true }) }],
  ['random start in a ball', { ...LINEAR, attack: projected({ norm: 'L2', random_start: true }) }],
];

describe('the fused iteration', () => {
  test.each(CASES)('%s: the updates of updateDirection from the same samples', async (_, changes) => {
    const model = await modelOf(changes);
    const iteration = fuseIteration(model);
    const updates = 60;
    const rates = Float64Array.from({ length: updates }, (_, k) => 0.3 / (1 + 0.1 * k));
    const [fused, plain] = [Float64Array.from(model.start), Float64Array.from(model.start)];
    const [stream, same] = [fastStream(1, 'runs'), fastStream(1, 'runs')];
    const [sample, h] = [new Float64Array(model.sampleSize), new Float64Array(plain.length)];
    iteration.run(fused, rates, 0, updates, stream);
    for (let k = 0; k < updates; k += 1) {
      const sum = new Float64Array(plain.length);
      for (let n = 0; n < model.batchSize; n += 1) {
        iteration.draw(sample, same);
        model.updateDirection(plain, sample, h);
        h.forEach((value, i) => (sum[i] += value));
      }
      sum.forEach((value, i) => (plain[i] -= (rates[k] * value) / model.batchSize));
    }
    fused.forEach((value, i) => within(value, plain[i], { rel: 1e-12, abs: 1e-13, because: 'rounding of 60 updates' }));
    expect([...stream.words]).toEqual([...same.words]);
  });

  test('a feedback rate sees the weights before each update, and open loop is the same', async () => {
    const iteration = fuseIteration(await modelOf());
    const [a, b] = [Float64Array.of(2.2), Float64Array.of(2.2)];
    const seen: number[] = [];
    const rates = Float64Array.of(0.1, 0.05, 0.02);
    const rule = (k: number, theta: Float64Array): number => (seen.push(theta[0]), rates[k]);
    iteration.run(a, rule, 0, 3, fastStream(0, 'runs'));
    const stream = fastStream(0, 'runs');
    const path = [0, 1, 2].map((k) => {
      const before = b[0];
      iteration.run(b, rates, k, k + 1, stream);
      return before;
    });
    expect([seen, a[0]]).toEqual([path, b[0]]);
  });

  test('samples have the law of the data', async () => {
    const iteration = fuseIteration(await modelOf({ ...LINEAR, data: MIXTURE }));
    const [sample, stream, n] = [new Float64Array(3), fastStream(2, 'law'), 100_000];
    const labels = Array.from({ length: n }, () => (iteration.draw(sample, stream), sample[2]));
    // label 1 has probability 1 / 3.5
    within(labels.filter((y) => y === 1).length / n, 1 / 3.5, {
      abs: 4.5 * Math.sqrt(0.21 / n),
      because: '4.5 errors',
    });
  });
});
