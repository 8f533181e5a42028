/** The built-in closures, one in each line, under the names that files use. */
export { lossAlone as loss_alone } from './loss-alone.js';
export { slowNoiseMemory as slow_noise_memory } from './slow-noise-memory.js';
