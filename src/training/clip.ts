import type { ClipSpec } from '../artifacts/experiment.js';

/** The clip's memory G; null before the first gradient. */
export type ClipState = number | null;

/**
 * Ratchet clip: G starts at the first gradient norm; the step is scaled by min(1, G / |g|), and then
 * G <- G + gain (min(|g|, G) - G). G can only fall, so a burst of large gradients cannot raise its own limit.
 *
 * @param gradientNorm - |g| of the minibatch gradient, finite and nonnegative
 * @returns the factor of this step and the memory for the next one; without a clip the factor is 1
 */
export function clipStep(
  clip: ClipSpec | null,
  state: ClipState,
  gradientNorm: number,
): { factor: number; state: ClipState } {
  if (clip === null) return { factor: 1, state };
  const limit = state ?? gradientNorm;
  const factor = gradientNorm > limit ? limit / gradientNorm : 1;
  return { factor, state: limit + clip.gain * (Math.min(gradientNorm, limit) - limit) };
}
