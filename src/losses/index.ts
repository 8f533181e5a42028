import { createFamily } from '../family.js';
import type { LossMould } from './loss.js';
import * as members from './members.js';

export { divergenceFrom, softmax, tradesGradient, type Probabilities } from './divergence.js';
export { gradientOf, lossesOf, predictions, type Loss } from '../networks/loss.js';
export type { LossMould } from './loss.js';

/** The built-in losses by the names that files use. */
export const LOSSES = members satisfies Readonly<Record<string, LossMould>>;

const FAMILY = createFamily<LossMould>('loss', LOSSES);

/**
 * Adds a loss, which experiments may then name as the built-in ones. Before any other module of hjb-lr is imported.
 * @throws E_INVALID for a name that is taken, and where it comes too late
 */
export const registerLoss = FAMILY.register;

/** The loss of this name. */
export const lossNamed = FAMILY.member;

/** All losses, registered ones included; from then on none can be added. */
export const allLosses = FAMILY.members;
