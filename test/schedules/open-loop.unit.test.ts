import { describe, expect, test } from '@jest/globals';
import { createSchedule } from '../../src/schedules/index.js';
import type { ScheduleSpecInput } from '../../src/schedules/index.js';
import { follow } from '../helpers/follow.js';
import { within } from '../helpers/within.js';

/** Rates of all updates of a run. */
async function rates(spec: ScheduleSpecInput, updates: number): Promise<number[]> {
  const schedule = await createSchedule(spec, { updates, baseDirectory: '.' });
  return follow(schedule, Array<null>(updates).fill(null)).decisions.map(({ rate }) => rate);
}

function expectRates(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((rate, k) => within(rate, expected[k], { rel: 4e-16, because: `rounding, update ${k}` }));
}

describe('exact ends of each schedule', () => {
  test('constant: warm-up of W = round(0.4 * 5) = 2 updates, factors 1/2, 2/2', async () => {
    expectRates(await rates({ name: 'constant', rate: 0.4, warmup: 0.4 }, 5), [0.2, 0.4, 0.4, 0.4, 0.4]);
  });

  test('linear: (T - k) / T, the last of four updates at a quarter of the peak', async () => {
    expectRates(await rates({ name: 'linear', peak: 0.4 }, 4), [0.4, 0.3, 0.2, 0.1]);
  });

  test('linear after a warm-up of 2 of 6: peak at k = 1 and 2, then (6 - k) / (6 - 2)', async () => {
    expectRates(await rates({ name: 'linear', peak: 4, warmup: 1 / 3 }, 6), [2, 4, 4, 3, 2, 1]);
  });

  test('linear with a warm-up over the whole run never decays', async () => {
    expectRates(await rates({ name: 'linear', peak: 3, warmup: 1 }, 3), [1, 2, 3]);
  });

  test('wsd: holds to k = T - D, D = round(0.3 * 10) = 3, then 3/3, 2/3, 1/3', async () => {
    expectRates(await rates({ name: 'wsd', peak: 3, decay: 0.3 }, 10), [3, 3, 3, 3, 3, 3, 3, 3, 2, 1]);
  });

  test('wsd: a decay whose length in updates is not exact in binary still holds up to it (0.07 * 100)', async () => {
    const found = await rates({ name: 'wsd', peak: 1, decay: 0.07 }, 100);
    expect(found.slice(92, 95)).toEqual([1, 1, 6 / 7]);
    expect(found[99]).toBe(1 / 7);
  });

  test('wsd: a warm-up of 1 and a decay over the other updates', async () => {
    expectRates(await rates({ name: 'wsd', peak: 4, warmup: 0.2, decay: 0.8 }, 5), [4, 4, 3, 2, 1]);
  });

  test('cosine: (1 + cos(pi k / 4)) / 2 of the way from final to peak', async () => {
    const c = Math.SQRT1_2;
    const expected = [1, (1 + c) / 2, 0.5, (1 - c) / 2].map((share) => 0.1 + 0.9 * share);
    const found = await rates({ name: 'cosine', peak: 1, final: 0.1 }, 4);
    found.forEach((rate, k) => within(rate, expected[k], { rel: 1e-15, because: 'rounding of the cosine' }));
  });

  test('step: drops at round(0.5 * 4) = 2 and round(0.75 * 4) = 3', async () => {
    expectRates(await rates({ name: 'step', peak: 1 }, 4), [1, 1, 0.1, 0.01]);
  });

  test('step: a milestone that is not exact in binary drops at its update (0.07 * 100 = 7.000000000000001)', async () => {
    const found = await rates({ name: 'step', peak: 1, factor: 0.5, milestones: [0.07] }, 100);
    expect(found.slice(6, 8)).toEqual([1, 0.5]);
  });

  test('inverse_time: halved after half_life updates from the end of the warm-up', async () => {
    expectRates(await rates({ name: 'inverse_time', peak: 6, half_life: 2, warmup: 0.25 }, 8), [
      3,
      6,
      6,
      4,
      3,
      2.4,
      2,
      12 / 7,
    ]); // k = 2: 6 / (1 + 0), k = 3: 6 / 1.5, k = 4: 6 / 2
  });

  test('piecewise: two updates each, the last rate holds on', async () => {
    expectRates(await rates({ name: 'piecewise', hold: 2, rates: [0.1, 0.2] }, 5), [0.1, 0.1, 0.2, 0.2, 0.2]);
  });

  test('expression: in t, T and s = t / T', async () => {
    expectRates(await rates({ name: 'expression', rate: '0.4 * (1 - s) + t / T' }, 4), [0.4, 0.55, 0.7, 0.85]);
  });
});

describe('the contract', () => {
  test('reasons, and the resolved description', async () => {
    const schedule = await createSchedule({ name: 'wsd', peak: 1, warmup: 0.25 }, { updates: 4, baseDirectory: '.' });
    expect(schedule.describe()).toEqual({ name: 'wsd', peak: 1, warmup: 0.25, decay: 0.2 });
    const { decisions, state } = follow(schedule, [1, NaN, null, Infinity]);
    expect(decisions.map(({ reason }) => reason)).toEqual(['warmup', 'schedule', 'schedule', 'schedule']);
    expect(state).toEqual({ updates: 4 });
  });

  test('past the end of the run the last rate holds', async () => {
    const schedule = await createSchedule({ name: 'linear', peak: 4 }, { updates: 4, baseDirectory: '.' });
    const { decisions } = follow(schedule, Array<null>(6).fill(null));
    expect(decisions.slice(3).map(({ rate }) => rate)).toEqual([1, 1, 1]);
  });
});

describe('bad input', () => {
  const refused = (spec: unknown, updates = 4): Promise<unknown> =>
    createSchedule(spec as ScheduleSpecInput, { updates, baseDirectory: '.' }).then(
      () => null,
      (error: unknown) => error,
    );

  test('each problem of a description is named with its path', async () => {
    expect(await refused({ name: 'wsd', peak: -1, decay: 2, speed: 1 })).toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'peak' }, { path: 'decay' }, { path: 'speed', message: 'unknown field' }],
    });
  });

  test.each([0, -3, 2.5, NaN, Infinity])('a run of %p updates', async (updates) => {
    expect(await refused({ name: 'constant', rate: 1 }, updates)).toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'updates' }],
    });
  });

  test('an expression that is 0 at an update names that update', async () => {
    const error = await refused({ name: 'expression', rate: '0.1 * (1 - t / 3)' });
    expect(error).toMatchObject({ code: 'E_EXPRESSION', fields: { update: 3, rate: '0' } });
  });

  test('a step that underflows is no rate', async () => {
    expect(await refused({ name: 'step', peak: 1, factor: 1e-200 })).toMatchObject({
      code: 'E_INVALID',
      fields: { update: 3 },
    });
  });
});
