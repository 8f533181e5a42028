import { describe, expect, test } from '@jest/globals';
import { pilotSchema } from '../../src/artifacts/experiment/experiment.js';
import type { HjbLrError } from '../../src/errors.js';
import { randomStream } from '../../src/math/random.js';
import { designCost, peakSearchUpdates, planPilot } from '../../src/pilot/design.js';
import { endRates, randomizedRates, trunkRates } from '../../src/pilot/rates.js';
import { tournamentPeak } from '../../src/training/tournament.js';
import { within } from '../helpers/within.js';

describe('randomizedRates', () => {
  const options = pilotSchema.parse({ updates_per_run: 50, hold: 12, lowest_fraction: 0.1 });

  test('holds both ends for 12 updates each, in pairs, after the warm-up', () => {
    const rates = randomizedRates(options, 0.8, { trunk: 50, warmup: 0 }, randomStream(3, 'rates'));
    expect(rates).toHaveLength(50);
    const levels = [0, 12, 24, 36].map((first) => rates[first]);
    expect([levels[0], levels[1]].sort()).toEqual([0.8 * 0.1, 0.8]);
    expect([levels[2], levels[3]].sort()).toEqual([0.8 * 0.1, 0.8]);
    expect(rates.slice(0, 12)).toEqual(Array(12).fill(levels[0]));
  });

  test('update k of a warm-up of 16 has the factor (k + 1) / 16', () => {
    const plain = randomizedRates(options, 1, { trunk: 50, warmup: 0 }, randomStream(3, 'rates'));
    const warmed = randomizedRates(options, 1, { trunk: 50, warmup: 16 }, randomStream(3, 'rates'));
    expect(warmed[0]).toBe(plain[0] / 16);
    expect(warmed[15]).toBe(plain[15]);
    expect(warmed.slice(16)).toEqual(plain.slice(16));
  });
});

describe('a run that forks', () => {
  const options = pilotSchema.parse({});

  test('the peak after the warm-up but for one low excursion, at the peak again before it forks', () => {
    const rates = trunkRates(options, 0.8, { trunk: 58, warmup: 10 }, randomStream(3, 'rates'));
    expect(rates).toHaveLength(58);
    const low = rates.flatMap((rate, k) => (k >= 10 && rate < 0.5 ? [k] : []));
    expect(low).toEqual(Array.from({ length: 12 }, (_, i) => low[0] + i));
    expect(rates[low[0]]).toBe(0.8 * 0.1);
    expect(rates.slice(44)).toEqual(Array(14).fill(0.8));
    within(rates[4], 0.8 * 0.5, { rel: 1e-12, because: 'update 4 of a warm-up of 10' });
  });

  test('its ends hold the peak, fall to 0 along a line, or drop', () => {
    expect(endRates('held', options, 0.8, 4)).toEqual([0.8, 0.8, 0.8, 0.8]);
    expect(endRates('linear', options, 0.8, 4)).toEqual([0.8, 0.8 * 0.75, 0.4, 0.2]);
    expect(endRates('step', options, 0.8, 2)).toEqual([0.8 * 0.1, 0.8 * 0.1]);
  });
});

describe('planPilot', () => {
  const options = pilotSchema.parse({});

  test('the default plan for 800 updates: 80 for the reading + 2 x (58 + 3 x 14) = 280 = .35 of a run', () => {
    expect(peakSearchUpdates(options, 800)).toBe(80);
    expect(planPilot(options, 800, 16)).toMatchObject({ kind: 'forked', runs: 2, trunk: 58, end: 14, updates: 280 });
  });

  test.each([100, 150, 200, 300, 320, 500, 600, 700, 801, 1325, 1350, 1500, 2000, 60_000])(
    'the default plan fits %i updates with any warm-up and costs at most .35 of a run',
    (horizon) => {
      for (const observation of [0, 6]) {
        const cost = { update: 6, observation };
        const design = planPilot(options, horizon, 0.2 * horizon, cost);
        expect(designCost(design, cost)).toBeLessThanOrEqual(0.35 * horizon * 6);
        expect(design.kind === 'none' || design.warmup <= design.trunk / 4).toBe(true);
        expect(design.kind === 'forked').toBe(observation === 0 ? horizon >= 320 : horizon >= 700);
      }
    },
  );

  test('where too little is left no run is spent, and the plan says so', () => {
    const { kind, updates, words } = planPilot(options, 200, 4);
    expect([kind, updates]).toEqual(['none', 30]);
    expect(words).toContain('the budget leaves 2 x 20 updates');
  });

  test('observations of runs of a given length count: 80 x 6 + 200 x (6 + 6) = 2880 of 0.35 x 4800 = 1680', () => {
    const given = pilotSchema.parse({ updates_per_run: 50 });
    const plan = (runs: number) => planPilot({ ...given, runs }, 800, 16, { update: 6, observation: 6 });
    expect(() => plan(4)).toThrow(
      expect.objectContaining({
        issues: [{ path: 'pilot.budget', message: '2880 gradient evaluations planned, 1680 allowed (0.35 of 4800)' }],
      }),
    );
    // 80 x 6 + 100 x 12 = 1680
    expect(plan(2).updates).toBe(180);
  });

  test('a plan beyond its budget, or without room for both rates, is refused with both reasons', () => {
    const given = pilotSchema.parse({ runs: 6, updates_per_run: 30 });
    try {
      planPilot(given, 400, 8);
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
