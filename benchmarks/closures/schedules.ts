import type { Coefficients } from '../../src/artifacts/coefficients/coefficients.js';
import { openLoopCandidate, type ScheduleCandidate } from '../../src/synthesis/decision/schedule-candidate.js';

type Peak = Pick<Coefficients, 'horizon' | 'rates' | 'warmup_updates'>;

/** Six schedules at a peak, by their values at shares of the run: what any closure should tell apart. */
const SHAPES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  wsd_20: [
    [0.8, 1],
    [1, 0.002],
  ],
  wsd_50: [
    [0.5, 1],
    [1, 0.002],
  ],
  linear: [
    [0, 1],
    [1, 0.002],
  ],
  step_10: [
    [0.6, 1],
    [0.601, 0.1],
    [1, 0.1],
  ],
  constant: [[0, 1]],
  constant_third: [[0, 1 / 3]],
};

export function variedSchedules(peak: Peak): ScheduleCandidate[] {
  return Object.entries(SHAPES).map(([name, points]) => {
    const updates = points.map(([share]) => share * (peak.horizon - 1));
    return openLoopCandidate(name, { updates, values: points.map(([, value]) => value * peak.rates.max) }, peak);
  });
}
