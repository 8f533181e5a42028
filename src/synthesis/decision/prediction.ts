import { quantileSorted } from 'simple-statistics';
import type { Coefficients } from '../../artifacts/coefficients/coefficients.js';
import { randomStream } from '../../math/random.js';
import { believedModels } from './believed-models.js';
import type { ScheduleCandidate } from './schedule-candidate.js';
import { blockRates, simulatedLosses, type SimulatedRun } from './simulate.js';
import { timeBlocks } from './time-blocks.js';

const SEED = 0;
/** Ends of the interval that is stated. */
const ENDS = [0.025, 0.975] as const;

/** What a run is predicted to come to, before it starts. */
export interface PredictedLoss {
  readonly median: number;
  /** Central 95 % interval. */
  readonly interval: readonly [number, number];
}

/**
 * Prediction of the final loss under each schedule: ln loss of every draw of the believed models, plus e xi with xi standard normal
 * and e the error on runs left out of the fits (`levelError`), one xi a draw.
 *
 * @returns null where no model is believed, or none gives a finite loss
 */
export function predictedLosses(
  coefficients: Coefficients,
  schedules: readonly ScheduleCandidate[],
): (PredictedLoss | null)[] {
  const believed = believedModels(coefficients);
  if (believed === null) return schedules.map(() => null);
  const run: SimulatedRun = {
    blocks: timeBlocks(coefficients.horizon),
    horizon: coefficients.horizon,
    integral: coefficients.objective.form === 'integral',
    seed: SEED,
  };
  const rates = schedules.map((schedule) => blockRates(schedule, run.blocks));
  const losses = believed.draws.map((draw, i) => simulatedLosses(draw, i, rates, run));
  return schedules.map((_, c) =>
    summarised(
      losses.map((row) => row[c]),
      believed.levelError,
    ),
  );
}

/** The same of losses that are simulated already. */
export function summarised(losses: readonly number[], levelError: number): PredictedLoss | null {
  const stream = randomStream(SEED, 'decision/level');
  const logs = losses.map((loss) => Math.log(loss) + levelError * stream.normal()).filter(Number.isFinite);
  if (logs.length === 0) return null;
  const sorted = logs.sort((a, b) => a - b);
  const [median, low, high] = [0.5, ...ENDS].map((share) =>
    Number(Math.exp(quantileSorted(sorted, share)).toPrecision(4)),
  );
  return { median, interval: [low, high] };
}
