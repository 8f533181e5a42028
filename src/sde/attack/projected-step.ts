import { DIRECTIONS, norm, withoutPart, type Direction } from './directions.js';
import type { AscentStep } from './step.js';

const abs = Math.abs;

/** Steps of one length often end on the ball's surface: rounding must not tell them apart. */
const ON_SURFACE = 1e-9;

export interface ProjectedAscent {
  readonly norm: 'Linf' | 'L2';
  readonly eps: number;
  readonly alpha: number;
  readonly direction: keyof typeof DIRECTIONS;
}

/** The nearest point of the ball, its tangent, and which face of the ball is in force. */
interface Projection {
  of(v: Float64Array): void;
  tangent(v: Float64Array, D: Float64Array): void;
  piece(v: Float64Array): number;
}

/** Projection on |delta| <= eps of delta + alpha direction(g) (Madry et al. 2018). */
export function projectedStep(attack: ProjectedAscent, inputs: number, weights: number): AscentStep {
  const { alpha, eps } = attack;
  const direction: Direction = DIRECTIONS[attack.direction];
  const projection = attack.norm === 'Linf' ? ontoBox(eps) : ontoBall(eps);
  const along = new Float64Array(inputs);
  const alongTangent = new Float64Array(inputs * weights);
  const moved = new Float64Array(inputs);
  const move = (delta: Float64Array, g: Float64Array): void => {
    direction.of(g, along);
    for (let j = 0; j < inputs; j += 1) moved[j] = delta[j] + alpha * along[j];
  };
  return {
    jumps: direction.jumps,
    advance(delta, g) {
      move(delta, g);
      projection.of(moved);
      delta.set(moved);
    },
    advanceTangent(delta, g, D, dg) {
      move(delta, g);
      direction.tangent(g, dg, alongTangent);
      for (let k = 0; k < D.length; k += 1) D[k] += alpha * alongTangent[k];
      projection.tangent(moved, D);
    },
    piece(delta, g) {
      move(delta, g);
      return 1000003 * signsOf(g) + projection.piece(moved);
    },
  };
}

/** A number for the signs of a vector. */
export function signsOf(v: Float64Array): number {
  let code = 0;
  for (let j = 0; j < v.length; j += 1) code = (3 * code + (v[j] > 0 ? 2 : v[j] < 0 ? 1 : 0)) | 0;
  return code;
}

function ontoBox(eps: number): Projection {
  return {
    of(v) {
      for (let j = 0; j < v.length; j += 1) v[j] = v[j] > eps ? eps : v[j] < -eps ? -eps : v[j];
    },
    tangent(v, D) {
      const n = D.length / v.length;
      for (let j = 0; j < v.length; j += 1) if (abs(v[j]) > eps) D.fill(0, j * n, (j + 1) * n);
    },
    piece(v) {
      let code = 0;
      const face = (1 + ON_SURFACE) * eps;
      for (let j = 0; j < v.length; j += 1) code = (3 * code + (v[j] > face ? 2 : v[j] < -face ? 1 : 0)) | 0;
      return code;
    },
  };
}

function ontoBall(eps: number): Projection {
  return {
    of(v) {
      const length = norm(v);
      if (length > eps) for (let j = 0; j < v.length; j += 1) v[j] *= eps / length;
    },
    /** (eps / |v|) (I - v v^T / |v|^2) D outside the ball. */
    tangent(v, D) {
      const length = norm(v);
      if (length <= eps) return;
      withoutPart(v, length, D);
      for (let k = 0; k < D.length; k += 1) D[k] *= eps / length;
    },
    piece: (v) => (norm(v) > (1 + ON_SURFACE) * eps ? 1 : 0),
  };
}
