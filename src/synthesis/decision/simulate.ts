import { randomStream } from '../../math/random.js';
import type { ModelDraw } from './model-draw.js';
import type { ScheduleCandidate } from './schedule-candidate.js';
import type { TimeBlock } from './time-blocks.js';

/** What is simulated: the same run for every candidate. */
export interface SimulatedRun {
  readonly blocks: readonly TimeBlock[];
  readonly horizon: number;
  /** Whether the figure is the mean loss over the run, not the final one. */
  readonly integral: boolean;
  readonly seed: number;
}

/** Rates of a candidate at the middles of the blocks. */
export function blockRates({ rateAt }: ScheduleCandidate, blocks: readonly TimeBlock[]): Float64Array {
  return Float64Array.from(blocks, ({ middle }) => rateAt(middle));
}

/**
 * The loss that a draw's run comes to under each candidate: the model's equations, block by block under one rate, with the noise of the draw's own stream, which is the same for every candidate.
 *
 * @param index - of the draw, which names its stream
 * @param schedules - of each candidate the rate of every block: `blockRates`
 * @returns one loss for each candidate
 */
export function simulatedLosses(
  draw: ModelDraw,
  index: number,
  schedules: readonly Float64Array[],
  { blocks, horizon, integral, seed }: SimulatedRun,
): number[] {
  const { deviations, scale } = draw;
  const stream = randomStream(seed, `decision/noise/${index}`);
  const noise = blocks.map(() => deviations.map((deviation) => (deviation === 0 ? 0 : deviation * stream.normal())));
  return schedules.map((rates) => {
    const x = draw.init();
    let sum = 0;
    blocks.forEach(({ updates }, b) => {
      if (integral) sum += updates * draw.loss(x);
      draw.advance(x, rates[b], updates);
      const share = (rates[b] / scale) * Math.sqrt(updates);
      for (let i = 0; i < deviations.length; i += 1) x[i] += share * noise[b][i];
    });
    return integral ? sum / horizon : draw.loss(x);
  });
}
