import type { LogitGradient } from '../networks/network.js';
import type { Loss } from '../networks/loss.js';

/** Probabilities softmax(z) of each example, [n, classes], in float64, and their logarithms. */
export interface Probabilities {
  readonly values: Float64Array;
  readonly logarithms: Float64Array;
}

export function softmax(logits: Float32Array, classes: number): Probabilities {
  const exp = Math.exp;
  const log = Math.log;
  const values = new Float64Array(logits.length);
  const logarithms = new Float64Array(logits.length);
  for (let first = 0; first < logits.length; first += classes) {
    let largest = -Infinity;
    for (let c = first; c < first + classes; c += 1) if (!(logits[c] <= largest)) largest = logits[c];
    let sum = 0;
    for (let c = first; c < first + classes; c += 1) sum += exp(logits[c] - largest);
    const total = largest + log(sum);
    for (let c = first; c < first + classes; c += 1) {
      logarithms[c] = logits[c] - total;
      values[c] = exp(logarithms[c]);
    }
  }
  return { values, logarithms };
}

/**
 * The divergence KL(p || q) = sum_c p_c (ln p_c - ln q_c) of q = softmax(z) from the probabilities p at other inputs of
 * the same examples in the same order, held fixed, with gradient q - p: what the attack of TRADES raises. No label is
 * looked at.
 */
export function divergenceFrom(p: Probabilities): Loss {
  return {
    name: 'divergence',
    evaluate(logits, labels, losses, gradient) {
      const classes = logits.length / labels.length;
      const q = softmax(logits, classes);
      for (let i = 0; i < labels.length; i += 1) losses[i] = divergence(p, q, i * classes, (i + 1) * classes);
      if (gradient !== null) for (let c = 0; c < gradient.length; c += 1) gradient[c] = q.values[c] - p.values[c];
    },
  };
}

/** KL(p || q) of the example at first..end-1. */
function divergence(p: Probabilities, q: Probabilities, first: number, end: number): number {
  let sum = 0;
  for (let c = first; c < end; c += 1) {
    if (p.values[c] > 0) sum += p.values[c] * (p.logarithms[c] - q.logarithms[c]);
  }
  return sum;
}

/**
 * The TRADES loss (Zhang et al. 2019, eq. 3 with cross-entropy) of n examples in one batch of 2 n, clean inputs first:
 *   l = -ln p_y + beta KL(p || q),   p = softmax(f(x)), q = softmax(f(x')),
 * with gradients p - y + beta p (ln p - ln q - KL) in f(x) and beta (q - p) in f(x'), each times `scale`.
 *
 * @param losses - filled with the n losses on the way
 */
export function tradesGradient(beta: number, labels: Int32Array, losses: Float64Array, scale: number): LogitGradient {
  return (logits, gradient) => {
    const classes = logits.length / (2 * labels.length);
    const half = logits.length / 2;
    const p = softmax(logits.subarray(0, half), classes);
    const q = softmax(logits.subarray(half), classes);
    for (let i = 0; i < labels.length; i += 1) {
      const [first, end] = [i * classes, (i + 1) * classes];
      const kl = divergence(p, q, first, end);
      losses[i] = -p.logarithms[first + labels[i]] + beta * kl;
      for (let c = first; c < end; c += 1) {
        const ratio = p.values[c] > 0 ? p.logarithms[c] - q.logarithms[c] : 0;
        const target = c === first + labels[i] ? 1 : 0;
        gradient[c] = scale * (p.values[c] * (1 + beta * (ratio - kl)) - target);
        gradient[half + c] = scale * beta * (q.values[c] - p.values[c]);
      }
    }
  };
}
