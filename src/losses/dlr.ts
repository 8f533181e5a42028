import { largestWrong } from './largest-wrong.js';
import type { LossMould } from './loss.js';

/** Guards the division where three logits are equal. */
const TINY = 1e-12;

/**
 * Difference of logits ratio, untargeted (Croce & Hein 2020, eq. 6), of at least three classes:
 *   l = -(z_y - max_{c != y} z_c) / (z_(1) - z_(3)),
 * z_(1) >= z_(2) >= z_(3) the three largest logits. Scaling or shifting all logits leaves it as it is; it is positive
 * where the example is misclassified, and 1 at most.
 */
export const dlr = {
  name: 'dlr',
  words: 'DLR',
  trains: false,
  raised: true,
  needs: {
    classes: 3,
    because: 'divides by the distance of the first logit to the third',
    instead: 'take margin',
  },
  evaluate(logits, labels, losses, gradient) {
    const classes = logits.length / labels.length;
    if (gradient !== null) gradient.fill(0);
    for (let i = 0; i < labels.length; i += 1) {
      const end = (i + 1) * classes;
      const label = i * classes + labels[i];
      const rival = largestWrong(logits, i * classes, end, label);
      const [first, third] = firstAndThird(logits, i * classes, end);
      const spread = logits[first] - logits[third] + TINY;
      losses[i] = (logits[rival] - logits[label]) / spread;
      if (gradient === null) continue;
      gradient[rival] += 1 / spread;
      gradient[label] -= 1 / spread;
      gradient[first] -= losses[i] / spread;
      gradient[third] += losses[i] / spread;
    }
  },
} as const satisfies LossMould;

/** Places of the largest and of the third largest logit at first..end-1. */
function firstAndThird(logits: Float32Array, first: number, end: number): [number, number] {
  let [one, two, three] = [first, -1, -1];
  for (let c = first + 1; c < end; c += 1) {
    if (logits[c] > logits[one]) [one, two, three] = [c, one, two];
    else if (two < 0 || logits[c] > logits[two]) [two, three] = [c, two];
    else if (three < 0 || logits[c] > logits[three]) three = c;
  }
  return [one, three];
}
