import type { RandomStream } from '../math/random.js';
import { l2Ball, linfBall } from './balls.js';
import { attackNamed } from './index.js';
import type { KeptAs, KeptFields } from './kept-fields.js';

/** How training examples keep their perturbations. */
export interface KeptStart {
  readonly as: KeptAs;
  /**
   * Fills the perturbations at which examples start on their first visit.
   * @param points - [n, d]
   * @param d - numbers of one input
   */
  first(points: Float32Array, d: number, stream: RandomStream): void;
}

/** What the examples of an attack keep; null where its ascent starts anew at every visit. */
export function keptStart(spec: KeptFields & { readonly type: string }): KeptStart | null {
  if (spec.start !== 'kept') return null;
  const { random_start: isRandom = true } = spec as { readonly random_start?: boolean };
  const { norm, eps } = attackNamed(spec.type).ball(spec)!;
  return {
    as: spec.kept_as ?? 'float32',
    first(points, d, stream) {
      if (!isRandom) points.fill(0);
      else (norm === 'Linf' ? linfBall(eps) : l2Ball(eps, d)).sample(points, stream);
    },
  };
}
