import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSchedule, type Json, type Schedule, type ScheduleSpecInput } from '../../src/schedules/index.js';
import { follow } from '../helpers/follow.js';

const peak = fc.double({ min: 1e-6, max: 10, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const spec: fc.Arbitrary<ScheduleSpecInput> = fc.oneof(
  fc.record({ name: fc.constant('constant' as const), rate: peak, warmup: share }),
  fc.record({ name: fc.constant('linear' as const), peak, warmup: share }),
  fc.record({
    name: fc.constant('wsd' as const),
    peak,
    warmup: share,
    decay: fc.double({ min: 1e-9, max: 1, noNaN: true }),
  }),
  fc.record({ name: fc.constant('cosine' as const), peak, warmup: share }),
  fc.record({ name: fc.constant('step' as const), peak, warmup: share, milestones: fc.array(share, { maxLength: 4 }) }),
  fc.record({ name: fc.constant('inverse_time' as const), peak, warmup: share, half_life: peak }),
);
const runs = fc.record({ spec, updates: fc.integer({ min: 1, max: 60 }) });

async function schedules({ spec: given, updates }: { spec: ScheduleSpecInput; updates: number }): Promise<Schedule> {
  return createSchedule(given, { updates, baseDirectory: '.' });
}

describe('every open-loop schedule', () => {
  test('gives rates in (0, peak] that reach the peak at the end of the warm-up and never rise after it', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const schedule = await schedules(run);
        const found = follow(schedule, Array<null>(run.updates).fill(null)).decisions;
        const described = schedule.describe();
        const top = Number(described['peak'] ?? described['rate']);
        const warm = found.filter(({ reason }) => reason === 'warmup').length;
        expect(found.every(({ rate }) => rate > 0 && rate <= top)).toBe(true);
        expect(warm).toBe(Math.round(Number(described['warmup']) * run.updates));
        const after = found.slice(warm).map(({ rate }) => rate);
        expect(after.every((rate, i) => i === 0 || rate <= after[i - 1])).toBe(true);
      }),
    );
  });

  test('goes on bit for bit from a state that went through JSON', async () => {
    await fc.assert(
      fc.asyncProperty(runs, fc.nat(60), async (run, cut) => {
        const schedule = await schedules(run);
        const losses = Array<null>(run.updates).fill(null);
        const first = follow(schedule, losses.slice(0, cut));
        const resumed = follow(schedule, losses.slice(cut), {
          state: JSON.parse(JSON.stringify(first.state)) as Json,
          update: first.update,
        });
        expect([...first.decisions, ...resumed.decisions]).toEqual(follow(schedule, losses).decisions);
      }),
    );
  });
});
