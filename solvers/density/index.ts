/** Forward Kolmogorov equation under the policy of a solution. */
export type { Start } from '../closed-loop/start.js';
export { density } from './density.js';
export { finalMoments, type Estimated, type FinalMoments } from './final-moments.js';
export type { DensityOptions, DensityResult } from './options.js';
