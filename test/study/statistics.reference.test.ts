import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  interquartileMean,
  performanceProfile,
  probabilityOfImprovement,
  stratifiedBootstrap,
} from '../../src/study/statistics/aggregate.js';
import { arrivalTime, timeToTarget } from '../../src/study/statistics/time-to-target.js';
import { within } from '../helpers/within.js';

type Rows = readonly (readonly number[])[];

/** What rliable gives, with runs as rows; the script beside it made it. */
const rliable = JSON.parse(readFileSync(new URL('./fixtures/rliable_numbers.json', import.meta.url), 'utf8')) as {
  readonly x: Rows;
  readonly y: Rows;
  readonly z: Rows;
  readonly iqm: Record<'x' | 'y' | 'z', number>;
  readonly probability_of_improvement: Record<string, number>;
  readonly taus: readonly number[];
  readonly profile: Record<'x' | 'z', readonly number[]>;
  readonly interval: Record<'x' | 'z', readonly [number, number]>;
};

const byWorkload = (rows: Rows): number[][] => rows[0].map((_, j) => rows.map((row) => row[j]));
const [x, y, z] = [rliable.x, rliable.y, rliable.z].map(byWorkload);
const ROUNDING = { rel: 1e-12, abs: 1e-12, because: 'the order of sums' };

describe("rliable's definitions", () => {
  test('interquartile mean', () => {
    within(interquartileMean(x), rliable.iqm.x, ROUNDING);
    within(interquartileMean(y), rliable.iqm.y, ROUNDING);
    within(interquartileMean(z), rliable.iqm.z, ROUNDING);
  });

  test('probability of improvement, ties counting half', () => {
    within(probabilityOfImprovement(x, y), rliable.probability_of_improvement['x over y'], ROUNDING);
    within(probabilityOfImprovement(y, x), rliable.probability_of_improvement['y over x'], ROUNDING);
    within(probabilityOfImprovement(x, x), 0.5, ROUNDING);
  });

  test('performance profiles', () => {
    performanceProfile(x, rliable.taus).forEach((share, i) => within(share, rliable.profile.x[i], ROUNDING));
    performanceProfile(z, rliable.taus).forEach((share, i) => within(share, rliable.profile.z[i], ROUNDING));
  });

  test('interval of the interquartile mean by the stratified bootstrap', () => {
    const tolerance = { abs: 0.03, because: '5,000 bootstrap samples of their streams and of ours' };
    for (const [table, [low, high]] of [
      [x, rliable.interval.x],
      [z, rliable.interval.z],
    ] as const) {
      const options = { replications: 5000, seed: 1, name: 'test' };
      const found = stratifiedBootstrap([table], interquartileMean, options);
      within(found.low, low, tolerance);
      within(found.high, high, tolerance);
      expect(stratifiedBootstrap([table], interquartileMean, options)).toEqual(found);
    }
  });
});

describe('time to the target', () => {
  test('a run arrives at its first score that is low enough, or is censored at its whole cost', () => {
    const curve = [
      { grad_evals: 10, loss: 3 },
      { grad_evals: 20, loss: null },
      { grad_evals: 30, loss: 1 },
    ];
    expect(arrivalTime(curve, 1, 30)).toEqual({ time: 30, isCensored: false });
    expect(arrivalTime(curve, 0.5, 30)).toEqual({ time: 30, isCensored: true });
  });

  // Freireich's remission times under 6-MP (Kaplan-Meier's classic table): S falls to .857, .807, .753, .690, .627, .538, .448.
  test('the product-limit estimate of a table with a known median', () => {
    const arrivals = [
      ...[6, 6, 6, 7, 10, 13, 16, 22, 23].map((time) => ({ time, isCensored: false })),
      ...[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map((time) => ({ time, isCensored: true })),
    ];
    const found = timeToTarget(arrivals, 35);
    expect(found).toMatchObject({ median: 23, reached: 9, runs: 21 });
    // 6 + .857143 + 3 (.806723) + 3 (.752941) + 3 (.690196) + 6 (.627451) + .537815 + 12 (.448179)
    within(found.restricted_mean, 23.287, { abs: 1e-3, because: 'the survival table to six places' });
  });

  test('fewer than half arrive: no median', () => {
    const found = timeToTarget([
      { time: 2, isCensored: false },
      { time: 5, isCensored: true },
      { time: 5, isCensored: true },
    ]);
    expect(found).toMatchObject({ median: null, reached: 1 });
    within(found.restricted_mean, 2 + (3 * 2) / 3, { rel: 1e-12, because: 'by hand' });
  });
});
