import type { AttackLossName } from '../artifacts/experiment/attacks.js';
import type { LossName } from '../artifacts/experiment/experiment.js';
import { crossEntropy } from './cross-entropy.js';
import { dlr } from './dlr.js';
import type { Loss } from '../networks/loss.js';
import { margin } from './margin.js';
import { squared } from './squared.js';

export { divergenceFrom, softmax, tradesGradient, type Probabilities } from './divergence.js';
export { DLR_CLASSES } from './dlr.js';
export { gradientOf, lossesOf, predictions, type Loss } from '../networks/loss.js';

/** The losses that a model can be trained on, by the names that experiments use. */
export const LOSSES: Readonly<Record<LossName, Loss>> = { cross_entropy: crossEntropy, margin, squared };

/** The losses that an attack can raise in place of the training loss. */
export const ATTACK_LOSSES: Readonly<Record<AttackLossName, Loss>> = { cross_entropy: crossEntropy, margin, dlr };
