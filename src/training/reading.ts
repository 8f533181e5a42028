import { readingSchema, type Experiment, type ReadingOptions } from '../artifacts/experiment/experiment.js';
import { gradientEvaluations, type LogOutline, type TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { resolveMethod, type Method } from './method.js';

/** How an experiment reads: its pilot's way, or the default one where the pilot finds its peak otherwise. */
export function readingOptions({ pilot }: Experiment): ReadingOptions {
  return pilot.peak.method === 'd_adaptation' ? pilot.peak : readingSchema.parse({ method: 'd_adaptation' });
}

/** Updates that a reading takes at most; it ends by itself once the rate stands still. */
export function readingUpdates({ minimum_updates, maximum_fraction }: ReadingOptions, horizon: number): number {
  return Math.max(minimum_updates, Math.floor(maximum_fraction * horizon));
}

/** Plain D-Adaptation SGD; its schedule's rate is idle. */
export function readingMethod({ initial_distance_factor, minimum_updates }: ReadingOptions): Method {
  return resolveMethod({
    schedule: { name: 'constant', rate: 1 },
    optimizer: { name: 'd_adaptation', initial_distance_factor, minimum_updates },
  });
}

/** What a run whose rate follows from a reading says of it, and is charged for beyond its own updates. */
export interface Reading {
  /** The rate that was read. */
  readonly rate: number;
  readonly updates: number;
  readonly n_grad_evals: number;
}

/**
 * What a D-Adaptation run read, and what it cost.
 * @throws E_PILOT if it diverged or has no positive reading
 */
export function readingOf(log: TrainingLog | LogOutline, remedy: string): Reading {
  const { end } = log;
  const rate = end?.summary?.['reading'];
  if (end?.status === 'completed' && rate !== undefined && rate > 0) {
    return { rate, updates: end.updates, n_grad_evals: gradientEvaluations(log) };
  }
  throw new HjbLrError('E_PILOT', 'The D-Adaptation run gave no reading of the peak rate.', {
    remedy,
    fields: { status: end?.status ?? null, reading: rate ?? null },
  });
}
