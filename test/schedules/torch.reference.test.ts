import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createSchedule, type Schedule, type ScheduleSpecInput } from '../../src/schedules/index.js';
import { within } from '../helpers/within.js';

interface Case {
  readonly spec: ScheduleSpecInput;
  readonly updates: number;
  readonly rates: readonly number[];
}

/** What torch.optim.lr_scheduler gives; the script beside it made it. */
const torch = JSON.parse(readFileSync(new URL('./fixtures/torch_schedules.json', import.meta.url), 'utf8')) as {
  readonly open_loop: readonly Case[];
  readonly metrics: readonly (number | null)[];
  readonly plateau: readonly Omit<Case, 'updates'>[];
};

const ROUNDING = { rel: 1e-12, because: 'torch multiplies step by step' };

/** Rates of updates 0, 1, ..., each decided with the loss of the update before; the state goes through JSON every time. */
function decided(schedule: Schedule, losses: readonly number[]): number[] {
  let state = schedule.init();
  return [NaN, ...losses].map((value, k) => {
    const metrics = k === 0 ? {} : { train_robust_loss: { value, update: k - 1 } };
    const decision = schedule.decide(JSON.parse(JSON.stringify(state)), { metrics });
    state = decision.state;
    return decision.controls.learning_rate!;
  });
}

describe("torch's own rates", () => {
  test.each(torch.open_loop.map((one) => [JSON.stringify(one.spec), one] as const))('%s', async (_name, one) => {
    const schedule = await createSchedule(one.spec, { updates: one.updates, baseDirectory: '.' });
    const found = decided(schedule, Array<number>(one.updates - 1).fill(NaN));
    expect(found).toHaveLength(one.rates.length);
    found.forEach((rate, k) => within(rate, one.rates[k], ROUNDING));
  });

  test.each([1, 4])('plateau, a step every %i updates with the mean of their losses', async (every) => {
    // Losses that differ by +-d, whose means are torch's metrics.
    const losses = torch.metrics.flatMap((metric, k) =>
      Array.from(
        { length: every },
        (_, i) => (metric ?? NaN) + (every === 1 ? 0 : (i % 2 === 0 ? 1 : -1) * 0.01 * (k % 5)),
      ),
    );
    for (const { spec, rates } of torch.plateau) {
      const schedule = await createSchedule({ ...spec, every } as ScheduleSpecInput, {
        updates: losses.length,
        baseDirectory: '.',
      });
      const found = decided(schedule, losses);
      expect(found.slice(0, every)).toEqual(Array(every).fill(0.4));
      rates.forEach((rate, k) => within(found[every * (k + 1)], rate, ROUNDING));
      expect(new Set(rates).size).toBeGreaterThan(2);
    }
  });
});
