import type { RandomStream } from '../math/random.js';
import type { Closure, Scales } from '../closures/index.js';
import { refitClosure } from './fit.js';
import { familiesOf, type PilotRun } from './observations.js';
import type { LogParameters } from './priors.js';

/**
 * Cluster bootstrap: independent runs, each with those that forked from it, are the only unit that is resampled (updates
 * within a run are not independent). Each sample draws as many with replacement and searches the mode again from the full
 * fit; samples that drew the same runs in the same order have the same mode, which is searched once.
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
  const families = familiesOf(runs);
  const modes = new Map<string, LogParameters>();
  return Array.from({ length: samples }, () => {
    const drawn = families.map(() => stream.integer(families.length));
    const key = drawn.join();
    const found = modes.get(key);
    if (found !== undefined) return found;
    const resampled = drawn.flatMap((i) => [...families[i]]);
    const fitted = refitClosure(closure, scales, resampled, mode);
    modes.set(key, fitted);
    return fitted;
  });
}
