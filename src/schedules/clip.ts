import type { ClipSpec } from '../artifacts/experiment/experiment.js';

/** Memory G of the ratchet clip; null before the first gradient that is not 0, and for clips without a memory. */
export type ClipState = number | null;

/** What torch.nn.utils.clip_grad_norm_ adds to a norm that it divides by. */
const NORM_OFFSET = 1e-6;

/**
 * The factor of this step's gradient g, and the clip's memory for the next one.
 *
 * ratchet: G starts at the first gradient norm that is not 0; the factor is min(1, G / |g|), and then
 * G <- G + gain (min(|g|, G) - G). G can only fall, so a burst of large gradients cannot raise its own limit.
 * norm: min(1, maximum / (|g| + 1e-6)), as torch.nn.utils.clip_grad_norm_.
 * A norm that is not finite has the factor 0 and leaves G as it is: there is no step to make.
 *
 * @param gradientNorm - |g| of the minibatch gradient, nonnegative
 * @returns the factor, in [0, 1]; without a clip 1
 */
export function clipStep(
  clip: ClipSpec | null,
  state: ClipState,
  gradientNorm: number,
): { factor: number; state: ClipState } {
  if (clip === null) return { factor: 1, state };
  if (!Number.isFinite(gradientNorm)) return { factor: 0, state };
  if (clip.kind === 'norm') return { factor: Math.min(1, clip.maximum / (gradientNorm + NORM_OFFSET)), state };
  if (state === null && gradientNorm === 0) return { factor: 1, state };
  const limit = state ?? gradientNorm;
  const factor = gradientNorm > limit ? limit / gradientNorm : 1;
  return { factor, state: limit + clip.gain * (Math.min(gradientNorm, limit) - limit) };
}
