import type { RandomStream } from '../math/random.js';
import type { Closure, Scales } from '../closures/index.js';
import { refitClosure } from './fit.js';
import type { PilotRun } from './observations.js';
import type { LogParameters } from './priors.js';

/**
 * Cluster bootstrap: the independent runs are the only unit that is resampled (updates within a run are not
 * independent). Each sample draws as many runs with replacement and searches the mode again from the full fit.
 *
 * @param samples - number of resamples, 0 for none
 * @returns one parameter vector per resample, in the order drawn
 */
export function bootstrapClosure(
  closure: Closure,
  scales: Scales,
  runs: readonly PilotRun[],
  mode: LogParameters,
  samples: number,
  stream: RandomStream,
): LogParameters[] {
  return Array.from({ length: samples }, () => {
    const drawn = runs.map(() => runs[stream.integer(runs.length)]);
    return refitClosure(closure, scales, drawn, mode);
  });
}
