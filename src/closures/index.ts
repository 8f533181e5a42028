import type { ClosureFit } from '../artifacts/coefficients/coefficients.js';
import type { Closure } from './closure.js';
import { lossAlone } from './loss-alone.js';
import { slowNoiseMemory } from './slow-noise-memory.js';

export type { Closure, Scales, SetByHand } from './closure.js';

/** Every closure by its name. */
export const CLOSURES: Readonly<Record<ClosureFit['name'], Closure>> = {
  loss_alone: lossAlone,
  slow_noise_memory: slowNoiseMemory,
};
