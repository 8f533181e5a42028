import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { analyseSgdModel } from '../../src/sde/index.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { within } from '../helpers/within.js';
import { covarianceOf, directionOf, meanFieldOf, modelOf, projected, type Changes } from './models.js';

const ROUNDING = { rel: 1e-10, abs: 1e-12, because: 'rounding' };
/** Where the ascent of `TWO` stays short: from larger weights it runs off to where cosh overflows, and is refused. */
const number = fc.double({ min: -1, max: 1, noNaN: true });
const TWO: Changes = {
  weights: ['a', 'b'],
  inputs: ['x', 'y'],
  loss: 'cosh(a*x - b*y) + (a - b*x)^2/3',
  attack: { type: 'penalised_ascent', steps: 3, eta_i: 0.02, lambda: 2 },
  start: { a: 0, b: 0 },
  at: [],
  observables: [],
};

describe('finite data', () => {
  test('hbar and S are weighted mean and covariance of the update directions, over the batch size', async () => {
    const rows = [[0.3, -1], [1, 0.5], [-0.7, 0.2]]; // prettier-ignore
    const weights = [1, 2, 5];
    const model = await modelOf({ ...TWO, data: { points: rows, weights } });
    fc.assert(
      fc.property(number, number, (a, b) => {
        const h = rows.map((row) => directionOf(model, [a, b], row));
        const size = Math.max(1, ...h.flat().map(Math.abs));
        const mean = [0, 1].map((i) => h.reduce((sum, one, k) => sum + (weights[k] / 8) * one[i], 0));
        meanFieldOf(model, [a, b]).forEach((value, i) =>
          within(value, mean[i], { abs: 1e-14 * size, because: 'rounding' }),
        );
        covarianceOf(model, [a, b]).forEach((value, k) => {
          const [i, j] = [k >> 1, k & 1];
          const moment = h.reduce((sum, one, r) => sum + (weights[r] / 8) * (one[i] - mean[i]) * (one[j] - mean[j]), 0);
          within(value, moment / 4, { abs: 1e-13 * size ** 2, because: 'rounding' });
        });
      }),
      { numRuns: 30 },
    );
  });

  test('a file of rows is the same as its rows', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'rows.csv'), 'id,u,v\nq,1,2\nr,0.5,-1\n');
    const named = { data: { file: { path: 'rows.csv', inputs: ['v', 'u'] } } };
    const fromFile = await modelOf({ ...TWO, ...named }, { folder });
    const listed = await modelOf({ ...TWO, data: { points: [[2, 1], [-1, 0.5]] } }); // prettier-ignore
    expect(meanFieldOf(fromFile, [0.4, 0.6])).toEqual(meanFieldOf(listed, [0.4, 0.6]));
    expect(fromFile.method).toBe('exact');
  });

  test('a batch divides the covariance, and nothing else', async () => {
    const [one, four] = [await modelOf({ batch_size: 1 }), await modelOf({ batch_size: 4 })];
    within(covarianceOf(one, [0.6])[0] / covarianceOf(four, [0.6])[0], 4, ROUNDING);
    expect(meanFieldOf(one, [0.6])).toEqual(meanFieldOf(four, [0.6]));
  });
});

describe('samples', () => {
  test('the same seed and name give the same ones, another name others', async () => {
    const model = await modelOf();
    const draw = (seed: number, name: string): number => {
      const sample = new Float64Array(1);
      model.sampler(seed, name).draw(sample);
      return sample[0];
    };
    expect(draw(3, 'runs')).toBe(draw(3, 'runs'));
    expect(draw(3, 'runs')).not.toBe(draw(3, 'paths'));
    expect(draw(3, 'runs')).not.toBe(draw(4, 'runs'));
  });

  test('of weighted rows come as often as their weights say', async () => {
    const model = await modelOf({ data: { points: [[0], [1], [2]], weights: [1, 0, 3] } });
    const sampler = model.sampler(1, 'test');
    const [counts, sample] = [[0, 0, 0], new Float64Array(1)];
    for (let i = 0; i < 10_000; i += 1) {
      sampler.draw(sample);
      counts[sample[0]] += 1;
    }
    expect(counts[1]).toBe(0);
    within(counts[2] / 10_000, 0.75, { abs: 0.0174, because: '4 standard errors, sqrt(.75 * .25 / 10000) each' });
  });

  test.each(['Linf', 'L2'] as const)('a random start lies in the %s ball, uniformly', async (norm) => {
    const model = await modelOf({
      ...TWO,
      data: { points: [[1, 2]] },
      attack: projected({ norm, eps: 0.5, random_start: true }),
    });
    const sampler = model.sampler(1, 'test');
    const sample = new Float64Array(model.sampleSize);
    let inner = 0;
    for (let i = 0; i < 10_000; i += 1) {
      sampler.draw(sample);
      const [, , p, q] = sample;
      const size = norm === 'L2' ? Math.hypot(p, q) : Math.max(Math.abs(p), Math.abs(q));
      expect(size).toBeLessThanOrEqual(0.5);
      if (size < 0.25) inner += 1;
    }
    within(inner / 10_000, 0.25, { abs: 0.0174, because: 'a quarter of the area; 4 standard errors' });
  });

  test('their update directions have mean hbar and covariance S times the batch size', async () => {
    const data = { mixture: [
      { weight: 1, mean: [1, 1], covariance: [[0.5, 0.2], [0.2, 0.4]] },
      { weight: 2, mean: [-1, 0], covariance: [[0.1, 0], [0, 0]] },
    ] }; // prettier-ignore
    const model = await modelOf({ ...TWO, data });
    const sampler = model.sampler(1, 'test');
    const [sample, n, theta] = [new Float64Array(2), 20_000, [0.4, 0.6]];
    const h = Array.from({ length: n }, () => (sampler.draw(sample), directionOf(model, theta, sample)));
    const [hbar, S] = [meanFieldOf(model, theta), covarianceOf(model, theta)];
    for (const i of [0, 1]) {
      const mean = h.reduce((sum, one) => sum + one[i], 0) / n;
      const variance = h.reduce((sum, one) => sum + (one[i] - mean) ** 2, 0) / n;
      within(mean, hbar[i], { abs: 4 * Math.sqrt(variance / n), because: '4 standard errors' });
      within(variance, 4 * S[3 * i], { rel: 0.12, because: 'fourth moments: some 3 % of a standard error' });
    }
  });
});

describe('Monte Carlo', () => {
  const changes: Changes = {
    ...TWO,
    data: { points: [[0.3, -1], [1, 0.5]] }, // prettier-ignore
    attack: projected({ norm: 'L2', direction: 'gradient', random_start: true }),
    at: [{ a: 0.4, b: 0.6 }],
  };

  test('is seeded, told, and as good as its standard errors say', async () => {
    const few = { samples: 4096, seed: 5 };
    const model = await modelOf(changes, few);
    const [point] = analyseSgdModel(model, 5).points;
    expect(point.method).toBe('monte_carlo');
    expect(analyseSgdModel(await modelOf(changes, few), 5).points[0]).toEqual(point);
    const [other] = analyseSgdModel(await modelOf(changes, { samples: 4096, seed: 6 }), 6).points;
    for (const i of [0, 1]) {
      const error = Math.hypot(point.standard_errors.drift_2[i], other.standard_errors.drift_2[i]);
      expect(error).toBeGreaterThan(0);
      within(point.drift_2[i], other.drift_2[i], { abs: 5 * error, because: '5 standard errors of the difference' });
    }
  });

  test('agrees with quadrature on the same law', async () => {
    const box = await modelOf({
      ...changes,
      attack: projected({ norm: 'Linf', direction: 'gradient', random_start: true }),
    });
    expect(box.fields.meanField([0.4, 0.6]).method).toBe('quadrature');
    const sampler = box.sampler(2, 'test');
    const [sample, n] = [new Float64Array(box.sampleSize), 20_000];
    const h = Array.from({ length: n }, () => (sampler.draw(sample), directionOf(box, [0.4, 0.6], sample)[0]));
    const mean = h.reduce((sum, value) => sum + value, 0) / n;
    const deviation = Math.sqrt(h.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
    within(meanFieldOf(box, [0.4, 0.6])[0], mean, {
      abs: (4 * deviation) / Math.sqrt(n),
      because: '4 standard errors',
    });
  });
});
