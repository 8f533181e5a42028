import { nonnegative, positive } from '../artifacts/shared/common.js';

/** Parameters that the filters of both built-in closures have, under the names that files use. */
export const floor = nonnegative.describe('The loss never falls below this floor, in units of the loss.');

export const noiseGain = nonnegative.describe(
  'An update at the rate u adds u^2 noise_gain times the loss of gradient noise, in units of the loss.',
);

export const observationDeviation = positive.describe(
  'One observed minibatch loss has this standard deviation, as a share of the loss.',
);

export const rateScale = positive.describe(
  "The process deviations are stated at this learning rate, the pilot's peak; at another rate they are in proportion to it.",
);
