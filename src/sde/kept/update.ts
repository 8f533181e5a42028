import type { RandomStream } from '../../math/random.js';
import type { KeptModel } from './kept-model.js';
import { visitFactors } from './visits.js';

/** Moments of one update of the joint state, and one update itself. They share scratch memory and allocate nothing. */
export interface JointUpdate {
  /**
   * D(X) = E X' - X of one update at a learning rate: -rate (1/n) sum_i h_i for theta, p v_i for delta_i, where v_i is the move
   * of a visit and h_i the gradient after it.
   */
  mean(state: Float64Array, rate: number, out: Float64Array): void;
  /**
   * A normal vector of the covariance of one update. With h = (1/n) sum_i h_i:
   *   Cov(theta', theta')     = (rate^2 / B) ((1/n) sum_i h_i h_i^T - h h^T)
   *   Cov(theta', delta_i')   = -(rate / n) (1 - 1/n)^(B-1) (h_i - h) v_i^T
   *   Cov(delta_i', delta_j') = Cov(I_i, I_j) v_i v_j^T
   */
  noise(state: Float64Array, rate: number, stream: RandomStream, of: NoiseOf, out: Float64Array): void;
  /** One real update, in place: B draws with replacement, a visit for each example that was drawn. */
  step(state: Float64Array, rate: number, stream: RandomStream): void;
}

/** Whose noise: of weights and perturbations together, of both as if they were independent, or of the weights alone. */
export type NoiseOf = 'joint' | 'independent' | 'weights';

export function jointUpdate(kept: KeptModel): JointUpdate {
  const { weights: w, inputs: d, visits } = kept;
  const { examples: n, batchSize, probability } = visits;
  const factors = visitFactors(visits);
  const moves = new Float64Array(n * d);
  const gradients = new Float64Array(n * w);
  const moveOf = Array.from({ length: n }, (_, i) => moves.subarray(i * d, (i + 1) * d));
  const gradientOf = Array.from({ length: n }, (_, i) => gradients.subarray(i * w, (i + 1) * w));
  const [Z, Y, W] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const drawn = new Int32Array(n);
  const visited = new Int32Array(Math.min(n, batchSize));

  const visitAll = (state: Float64Array): void => {
    for (let i = 0; i < n; i += 1) kept.visit(state, i, moveOf[i], gradientOf[i]);
  };
  return {
    mean(state, rate, out) {
      visitAll(state);
      out.fill(0, 0, w);
      for (let i = 0; i < n; i += 1) for (let k = 0; k < w; k += 1) out[k] -= (rate / n) * gradients[i * w + k];
      for (let m = 0; m < n * d; m += 1) out[w + m] = probability * moves[m];
    },
    noise(state, rate, stream, of, out) {
      visitAll(state);
      out.fill(0);
      centredNormals(Z, stream);
      for (let i = 0; i < n; i += 1) {
        const draws = factors.draws * Z[i];
        for (let k = 0; k < w; k += 1) out[k] -= (rate / batchSize) * draws * gradients[i * w + k];
      }
      if (of === 'weights') return;
      if (of === 'independent') centredNormals(W, stream);
      else W.set(Z);
      centredNormals(Y, stream);
      const common = factors.common * stream.normal();
      for (let i = 0; i < n; i += 1) {
        const visit = factors.shared * W[i] + factors.own * Y[i] + common;
        for (let j = 0; j < d; j += 1) out[w + i * d + j] = visit * moves[i * d + j];
      }
    },
    step(state, rate, stream) {
      let count = 0;
      for (let b = 0; b < batchSize; b += 1) {
        const i = stream.integer(n);
        if (drawn[i] === 0) {
          visited[count] = i;
          count += 1;
          kept.visit(state, i, moveOf[i], gradientOf[i]);
        }
        drawn[i] += 1;
      }
      for (let m = 0; m < count; m += 1) {
        const i = visited[m];
        for (let j = 0; j < d; j += 1) state[w + i * d + j] += moves[i * d + j];
        for (let k = 0; k < w; k += 1) state[k] -= (rate / batchSize) * drawn[i] * gradients[i * w + k];
        drawn[i] = 0;
      }
    },
  };
}

/** Independent normals less their mean. */
function centredNormals(out: Float64Array, stream: RandomStream): void {
  let sum = 0;
  for (let i = 0; i < out.length; i += 1) {
    out[i] = stream.normal();
    sum += out[i];
  }
  for (let i = 0; i < out.length; i += 1) out[i] -= sum / out.length;
}
