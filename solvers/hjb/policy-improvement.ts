import type { NodeStencil } from './stencil.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;
const min = Math.min;
const { MIN_VALUE, POSITIVE_INFINITY } = Number;

/** The stencils of all nodes as flat arrays: what the inner loops read. */
export interface FlatStencils {
  readonly size: number;
  /** Neighbours of node i: neighbours[neighbourStart[i] .. neighbourStart[i + 1]). */
  readonly neighbourStart: Int32Array;
  readonly neighbours: Int32Array;
  /** Control pieces of node i: pieceStart[i] .. pieceStart[i + 1]. */
  readonly pieceStart: Int32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Three cost coefficients per piece. */
  readonly cost: Float64Array;
  /** Three coefficients per weight, the weights of piece p from weightStart[p]. */
  readonly weightStart: Int32Array;
  readonly weights: Float64Array;
}

/** Writes the minimising control of every node under the value V, and the piece of the stencils that it lies in. */
export type PolicyImprovement = (V: Float64Array, control: Float64Array, chosen: Int32Array) => void;

export function flatten(stencils: readonly NodeStencil[]): FlatStencils {
  const pieces = stencils.flatMap((stencil) => stencil.pieces);
  return {
    size: stencils.length,
    neighbourStart: starts(stencils.map((stencil) => stencil.neighbours.length)),
    neighbours: Int32Array.from(stencils.flatMap((stencil) => stencil.neighbours)),
    pieceStart: starts(stencils.map((stencil) => stencil.pieces.length)),
    from: Float64Array.from(pieces, (piece) => piece.from),
    to: Float64Array.from(pieces, (piece) => piece.to),
    cost: Float64Array.from(pieces.flatMap((piece) => piece.cost)),
    weightStart: starts(pieces.map((piece) => 3 * piece.weights.length)),
    weights: Float64Array.from(pieces.flatMap((piece) => piece.weights.flat())),
  };
}

/**
 * Policy improvement: at every node the global minimiser of the discrete Hamiltonian
 *   H(u) = cost(u) + sum_k w_k(u) (V_k - V_i),
 * a quadratic on each control piece: its ends and, where it is convex, its vertex. Ties go to the smallest control,
 * within a relative slack, so that policy iteration cannot cycle between equals.
 *
 * @param sign - 1 to minimise, -1 to maximise
 * @param control - receives the minimiser; `chosen` receives its piece
 */
export function improvePolicy(
  s: FlatStencils,
  V: Float64Array,
  sign: 1 | -1,
  control: Float64Array,
  chosen: Int32Array,
): void {
  for (let i = 0; i < s.size; i += 1) {
    const first = s.neighbourStart[i];
    const count = s.neighbourStart[i + 1] - first;
    let best = POSITIVE_INFINITY;
    for (let p = s.pieceStart[i]; p < s.pieceStart[i + 1]; p += 1) {
      let c0 = s.cost[3 * p];
      let c1 = s.cost[3 * p + 1];
      let c2 = s.cost[3 * p + 2];
      for (let k = 0, w = s.weightStart[p]; k < count; k += 1, w += 3) {
        const difference = V[s.neighbours[first + k]] - V[i];
        c0 += s.weights[w] * difference;
        c1 += s.weights[w + 1] * difference;
        c2 += s.weights[w + 2] * difference;
      }
      c0 *= sign;
      c1 *= sign;
      c2 *= sign;
      const vertex = c2 > 0 ? -c1 / (2 * c2) : s.from[p];
      const inside = min(max(vertex, s.from[p]), s.to[p]);
      for (let candidate = 0; candidate < 3; candidate += 1) {
        const u = candidate === 0 ? s.from[p] : candidate === 1 ? inside : s.to[p];
        const H = c0 + u * (c1 + u * c2);
        if (H < best - TIE_SLACK * (abs(H) + MIN_VALUE)) {
          best = H;
          control[i] = u;
          chosen[i] = p;
        }
      }
    }
  }
}

/** Relative difference of Hamiltonians that counts as a tie. */
const TIE_SLACK = 1e-13;

function starts(lengths: readonly number[]): Int32Array {
  const result = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => (result[i + 1] = result[i] + length));
  return result;
}
