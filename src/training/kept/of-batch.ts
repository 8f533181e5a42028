import type { Attack } from '../../attacks/array-attack.js';
import type { RandomStream } from '../../math/random.js';
import type { DrawnBatch } from '../minibatch.js';
import type { KeptPerturbations } from './kept-perturbations.js';

/** The perturbations that the examples of a minibatch keep. */
export interface KeptOfBatch {
  /** Where the ascent starts, [n, inputSize]. */
  start(): Float32Array;
  /** Keeps where it has ended. */
  keep(perturbed: Float32Array): void;
}

/** What the examples of the minibatch keep that is drawn next; undefined where the attack keeps nothing. */
export function keptOfBatch(
  kept: KeptPerturbations | null,
  { drawn, attack, noise }: { drawn: () => DrawnBatch; attack: Attack | null; noise: RandomStream },
): KeptOfBatch | undefined {
  if (kept === null) return undefined;
  return {
    start: () => kept.start(drawn(), attack!, noise),
    keep: (perturbed) => kept.keep(drawn(), perturbed),
  };
}
