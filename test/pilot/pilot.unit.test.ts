import { describe, expect, test } from '@jest/globals';
import { pilotSchema } from '../../src/artifacts/experiment/experiment.js';
import type { HjbLrError } from '../../src/errors.js';
import { randomStream } from '../../src/math/random.js';
import { peakSearchUpdates, planPilot, randomizedRates } from '../../src/pilot/design.js';
import { tournamentPeak } from '../../src/pilot/tournament.js';
import { within } from '../helpers/within.js';

describe('randomizedRates', () => {
  const options = pilotSchema.parse({ updates_per_run: 50, hold: 12, lowest_fraction: 0.1 });

  test('holds both ends for 12 updates each, in pairs, after the warm-up', () => {
    const rates = randomizedRates(options, 0.8, 0, randomStream(3, 'rates'));
    expect(rates).toHaveLength(50);
    const levels = [0, 12, 24, 36].map((first) => rates[first]);
    expect([levels[0], levels[1]].sort()).toEqual([0.8 * 0.1, 0.8]);
    expect([levels[2], levels[3]].sort()).toEqual([0.8 * 0.1, 0.8]);
    expect(rates.slice(0, 12)).toEqual(Array(12).fill(levels[0]));
  });

  test('update k of a warm-up of 16 has the factor (k + 1) / 16', () => {
    const plain = randomizedRates(options, 1, 0, randomStream(3, 'rates'));
    const warmed = randomizedRates(options, 1, 16, randomStream(3, 'rates'));
    expect(warmed[0]).toBe(plain[0] / 16);
    expect(warmed[15]).toBe(plain[15]);
    expect(warmed.slice(16)).toEqual(plain.slice(16));
  });
});

describe('planPilot', () => {
  test('the default plan for 800 updates: 80 for the reading + 4 x 50 = 280 = .35 of a run', () => {
    const options = pilotSchema.parse({});
    expect(peakSearchUpdates(options, 800)).toBe(80);
    expect(planPilot(options, 800, 16)).toBe(280);
  });

  test('observations of the identification runs count: 80 x 6 + 200 x (6 + 6) = 2880 of 0.35 x 4800 = 1680', () => {
    const options = pilotSchema.parse({});
    const plan = (runs: number) => planPilot({ ...options, runs }, 800, 16, { update: 6, observation: 6 });
    expect(() => plan(4)).toThrow(
      expect.objectContaining({
        issues: [{ path: 'pilot.budget', message: '2880 gradient evaluations planned, 1680 allowed (0.35 of 4800)' }],
      }),
    );
    // 80 x 6 + 100 x 12 = 1680
    expect(plan(2)).toBe(180);
  });

  test('a plan beyond its budget, or without room for both rates, is refused with both reasons', () => {
    const options = pilotSchema.parse({ runs: 6, updates_per_run: 30 });
    try {
      planPilot(options, 400, 8);
      throw new Error('not refused');
    } catch (error) {
      expect((error as HjbLrError).code).toBe('E_INVALID');
      expect((error as HjbLrError).issues.map((issue) => issue.path)).toEqual([
        'pilot.budget',
        'pilot.updates_per_run',
      ]);
    }
  });
});

describe('tournamentPeak', () => {
  const run = (rate: number, score: number) => ({ rate, losses: Array<number>(10).fill(score) });

  test('vertex of the parabola in ln(rate)', () => {
    // Scores (x - 0.3)^2 at x = ln rate = -1, 0, 1: the parabola is exact, the vertex e^0.3.
    const runs = [-1, 0, 1].map((x) => run(Math.exp(x), (x - 0.3) ** 2));
    within(tournamentPeak(runs), Math.exp(0.3), { rel: 1e-12, because: 'three points of one parabola' });
  });

  test('an end of the grid, or a neighbour that diverged, gives the best rate itself', () => {
    expect(tournamentPeak([run(0.1, 3), run(0.2, 2), run(0.4, 1)])).toBeCloseTo(0.4, 12);
    expect(tournamentPeak([run(0.1, 3), run(0.2, 2), { rate: 0.4, losses: [NaN] }])).toBeCloseTo(0.2, 12);
    expect(() => tournamentPeak([{ rate: 0.1, losses: [NaN] }])).toThrow(/diverged/);
  });

  test('only the last fifth is scored', () => {
    const late = { rate: 0.2, losses: [9, 9, 9, 9, 9, 9, 9, 9, 1, 1] };
    expect(tournamentPeak([run(0.1, 3), late, run(0.4, 3)])).toBeCloseTo(0.2, 12);
  });
});
