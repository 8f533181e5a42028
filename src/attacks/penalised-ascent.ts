import type { AttackSpec } from '../artifacts/experiment/attacks.js';
import { gradientOf } from '../losses/index.js';
import type { ArrayAttack } from '../workloads/workload.js';

type PenalisedAscentSpec = Extract<AttackSpec, { type: 'penalised_ascent' }>;

/**
 * The inner loop of Gu & Guo (2021, arXiv 2105.08037), from delta^0 = 0 without a random start, K steps of
 *   delta^(k+1) = delta^k + eta_I (grad_x loss(x + delta^k) - lambda delta^k).
 * There is no ball and no clip to [0, 1]: the penalty alone bounds the perturbation, so perturbed inputs may leave the
 * box, and the scale of the loss matters.
 */
export function createPenalisedAscent(spec: PenalisedAscentSpec): ArrayAttack<PenalisedAscentSpec> {
  const { steps, eta_i, lambda } = spec;
  return {
    spec,
    gradientEvaluations: steps,
    perturb(network, { inputs, labels }, loss) {
      const head = gradientOf(loss, labels, new Float64Array(labels.length));
      const x = Float32Array.from(inputs);
      const delta = new Float32Array(x.length);
      for (let k = 0; k < steps; k += 1) {
        const gradient = network.inputGradient(x, head);
        for (let i = 0; i < x.length; i += 1) {
          delta[i] += eta_i * (gradient[i] - lambda * delta[i]);
          x[i] = inputs[i] + delta[i];
        }
      }
      return x;
    },
  };
}
