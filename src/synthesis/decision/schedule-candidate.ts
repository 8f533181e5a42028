import type { Coefficients } from '../../artifacts/coefficients/coefficients.js';
import { interpolateTable } from '../../math/interpolation.js';
import { openLoopSchedule } from '../../schedules/open-loop.js';

/** Share of the run over which WSD decays, as `wsd` has it by default. */
const WSD_DECAY = 0.2;

/** Values over time: linear between the points, constant beyond. */
export interface OpenLoop {
  readonly updates: readonly number[];
  readonly values: readonly number[];
}

/** A schedule that a policy could follow. */
export interface ScheduleCandidate {
  readonly name: string;
  /** Rate at a time in updates, the warm-up included. */
  rateAt(time: number): number;
  /** Without the warm-up: what a policy file holds of it. */
  readonly openLoop: OpenLoop;
}

type Peak = Pick<Coefficients, 'horizon' | 'rates' | 'warmup_updates'>;

/** A schedule by its values over time, kept inside the rates and under the warm-up min(1, (k + 1) / W). */
export function openLoopCandidate(name: string, openLoop: OpenLoop, { warmup_updates: W }: Peak): ScheduleCandidate {
  const axis = { coordinate: 'identity' as const, grid: openLoop.updates };
  return {
    name,
    openLoop,
    rateAt: (time) => Math.min(1, (time + 1) / Math.max(W, 1)) * interpolateTable([axis], openLoop.values, [time]),
  };
}

/** What needs no model: WSD and linear decay at the pilot's peak, with its warm-up. */
export function nullCandidates(peak: Peak): { wsd: ScheduleCandidate; linear: ScheduleCandidate } {
  const { horizon: T, rates, warmup_updates: W } = peak;
  const start = T - Math.round(WSD_DECAY * T);
  const last = (decay: number): number => rates.max / Math.max(decay, 1);
  const falling = (from: number): OpenLoop =>
    from >= T - 1
      ? { updates: [0], values: [rates.max] }
      : { updates: [from, T - 1], values: [rates.max, last(T - from)] };
  return {
    wsd: openLoopCandidate('wsd', falling(start), peak),
    linear: openLoopCandidate('linear', falling(Math.min(W, T - 1)), peak),
  };
}

/** Share of the peak at the times of a shape, as shares of the run after the warm-up. */
const SHAPES: Readonly<Record<string, (s: number) => number>> = {
  wsd_10: (s) => Math.min(1, (1 - s) / 0.1),
  wsd_50: (s) => Math.min(1, (1 - s) / 0.5),
  linear_squared: (s) => (1 - s) ** 2,
};
const SHAPE_POINTS = 41;

/** Decays that need no plan: over the last 10 % and 50 % of the run, and the square of linear decay. */
export function shapedCandidates(peak: Peak): ScheduleCandidate[] {
  const { horizon: T, rates, warmup_updates: W } = peak;
  const updates = Array.from({ length: SHAPE_POINTS }, (_, i) => W + (i * (T - 1 - W)) / (SHAPE_POINTS - 1));
  return Object.entries(SHAPES).map(([name, shareAt]) => {
    const values = updates.map((t) => rates.max * Math.max(shareAt((t - W) / Math.max(T - W, 1)), 1 / T));
    return openLoopCandidate(name, { updates, values }, peak);
  });
}

/**
 * Rates of WSD at the peak, bit for bit those of the schedule `wsd` at that peak, with its warm-up: points at every update at
 * which they change.
 */
export async function wsdRates({ horizon, rates, warmup_updates }: Peak): Promise<OpenLoop> {
  const spec = { name: 'wsd' as const, peak: rates.max, warmup: warmup_updates / horizon, decay: WSD_DECAY };
  const schedule = await openLoopSchedule(spec, horizon);
  let state = schedule.init();
  const values = Array.from({ length: horizon }, () => {
    const decided = schedule.decide(state, { metrics: {} });
    state = decided.state;
    return decided.controls.learning_rate!;
  });
  const updates = values.flatMap((rate, k) => (rate === values[k - 1] && rate === values[k + 1] ? [] : [k]));
  return { updates, values: updates.map((k) => values[k]) };
}
