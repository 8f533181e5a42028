import type { LossMould } from './loss.js';

/** Squared error to the one-hot label, l = (1/2) sum_c (z_c - [c = y])^2, with gradient z - y. */
export const squared = {
  name: 'squared',
  words: 'squared error',
  trains: true,
  raised: false,
  needs: null,
  evaluate(logits, labels, losses, gradient) {
    const classes = logits.length / labels.length;
    for (let i = 0; i < labels.length; i += 1) {
      let sum = 0;
      for (let c = 0; c < classes; c += 1) {
        const error = logits[i * classes + c] - (c === labels[i] ? 1 : 0);
        sum += error * error;
        if (gradient !== null) gradient[i * classes + c] = error;
      }
      losses[i] = sum / 2;
    }
  },
} as const satisfies LossMould;
