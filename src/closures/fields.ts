import { nonnegative, positive } from '../artifacts/shared/common.js';

/** Parameters that the filters of both built-in closures have, under the names that files use. */
export const floor = nonnegative.describe('Floor below which the loss never falls, in units of the loss.');

export const noiseGain = nonnegative.describe(
  'Gain of gradient noise: an update at the rate u adds u^2 noise_gain times the loss to the noise.',
);

export const observationDeviation = positive.describe(
  'Standard deviation of one observed minibatch loss, as a share of the loss.',
);

export const rateScale = positive.describe(
  "Learning rate at which the process deviations are stated, the pilot's peak; at another rate they are in " +
    'proportion to it.',
);
