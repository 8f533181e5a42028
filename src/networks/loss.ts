import type { LogitGradient } from './network.js';

/** A loss of one example's logits z and its label y. */
export interface Loss {
  readonly name: string;
  /**
   * The loss of each example, in float64, and its gradient in that example's logits.
   * @param logits - z, [n, classes]
   * @param labels - y in 0..classes-1, [n]
   * @param losses - filled, [n]
   * @param gradient - filled, [n, classes]; null where the losses alone are wanted
   */
  evaluate(logits: Float32Array, labels: Int32Array, losses: Float64Array, gradient: Float32Array | null): void;
}

/**
 * What a network asks for: the gradient of `scale` times the sum of losses, for these labels.
 * @param losses - filled with the losses on the way, [n]
 */
export function gradientOf(loss: Loss, labels: Int32Array, losses: Float64Array, scale = 1): LogitGradient {
  return (logits, gradient) => {
    loss.evaluate(logits, labels, losses, gradient);
    if (scale !== 1) for (let i = 0; i < gradient.length; i += 1) gradient[i] *= scale;
  };
}

/** The losses alone. */
export function lossesOf(loss: Loss, logits: Float32Array, labels: Int32Array): Float64Array {
  const losses = new Float64Array(labels.length);
  loss.evaluate(logits, labels, losses, null);
  return losses;
}

/** Class of the largest logit of each example, the first of equal ones: [n]. */
export function predictions(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, i) => {
    let best = i * classes;
    for (let c = best + 1; c < (i + 1) * classes; c += 1) if (logits[c] > logits[best]) best = c;
    return best - i * classes;
  });
}
