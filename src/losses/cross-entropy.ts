import type { LossMould } from './loss.js';

/** Softmax cross-entropy l = ln sum_c exp z_c - z_y, with gradient softmax(z) - y; the largest logit is taken out of the sum. */
export const crossEntropy = {
  name: 'cross_entropy',
  words: 'cross-entropy',
  trains: true,
  raised: true,
  needs: null,
  evaluate(logits, labels, losses, gradient) {
    const exp = Math.exp;
    const classes = logits.length / labels.length;
    for (let i = 0; i < labels.length; i += 1) {
      const first = i * classes;
      const end = first + classes;
      let largest = -Infinity;
      for (let c = first; c < end; c += 1) if (!(logits[c] <= largest)) largest = logits[c];
      let sum = 0;
      for (let c = first; c < end; c += 1) sum += exp(logits[c] - largest);
      losses[i] = Math.log(sum) - (logits[first + labels[i]] - largest);
      if (gradient === null) continue;
      for (let c = first; c < end; c += 1) gradient[c] = exp(logits[c] - largest) / sum;
      gradient[first + labels[i]] = exp(logits[first + labels[i]] - largest) / sum - 1;
    }
  },
} as const satisfies LossMould;
