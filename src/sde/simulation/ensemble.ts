import type { Observable } from '../observables.js';
import { requireFinite } from './rate-bounds.js';
import type { OnUpdate } from './real-run.js';
import { summaryOf, type Summary } from './statistics.js';

/** One realisation, of which `onUpdate` hears after each update. */
export type Runner = (seed: number, name: string, onUpdate: OnUpdate) => void;

export interface EnsembleTask {
  readonly runner: Runner;
  /** Realisation k takes its randomness from the stream `name/k`: what it is does not depend on how many there are. */
  readonly name: string;
  readonly count: number;
  readonly seed: number;
  readonly start: Float64Array;
  readonly quantities: readonly Observable[];
  /** Updates at which they are looked at, increasing; 0 is the start. */
  readonly at: readonly number[];
  readonly eta: number;
}

/** Summaries by quantity, then by time. @throws E_NOT_CONVERGED where a realisation is no longer finite */
export function ensemble({ runner, name, count, seed, start, quantities, at, eta }: EnsembleTask): Summary[][] {
  const samples = quantities.map(() => at.map(() => new Float64Array(count)));
  for (let k = 0; k < count; k += 1) {
    let next = 0;
    const look = (n: number, theta: Float64Array): void => {
      if (at[next] !== n) return;
      requireFinite(theta, name, n * eta);
      quantities.forEach(({ value }, q) => (samples[q][next][k] = value(theta)));
      next += 1;
    };
    look(0, start);
    runner(seed, `${name}/${k}`, look);
  }
  return samples.map((times) => times.map(summaryOf));
}
