import { largestWrong } from './largest-wrong.js';
import type { LossMould } from './loss.js';

/**
 * The margin loss of Carlini & Wagner (2017) without its threshold, l = max_{c != y} z_c - z_y: positive where the
 * example is misclassified. Its gradient is +1 at the largest wrong logit (the first of equal ones) and -1 at z_y.
 */
export const margin = {
  name: 'margin',
  words: 'margin',
  trains: true,
  raised: true,
  needs: null,
  evaluate(logits, labels, losses, gradient) {
    const classes = logits.length / labels.length;
    if (gradient !== null) gradient.fill(0);
    for (let i = 0; i < labels.length; i += 1) {
      const label = i * classes + labels[i];
      const rival = largestWrong(logits, i * classes, (i + 1) * classes, label);
      losses[i] = logits[rival] - logits[label];
      if (gradient === null) continue;
      gradient[rival] = 1;
      gradient[label] = -1;
    }
  },
} as const satisfies LossMould;
