import type { LossName } from '../../artifacts/experiment.js';
import { crossEntropy } from './cross-entropy.js';
import type { Loss } from './loss.js';
import { margin } from './margin.js';
import { squared } from './squared.js';

export { gradientOf, lossesOf, predictions, type Loss } from './loss.js';

/** The losses that a model can be trained on, by the names that experiments use. */
export const LOSSES: Readonly<Record<LossName, Loss>> = { cross_entropy: crossEntropy, margin, squared };
