import { z } from 'zod';
import { nonnegative, positive, positiveCount } from '../artifacts/shared/common.js';
import { gradientOf } from '../losses/index.js';
import type { AttackMould, Perturb } from './attack.js';

const schema = () =>
  z.strictObject({
    type: z
      .literal('penalised_ascent')
      .describe(
        'Type of the attack: penalised ascent, steps delta <- delta + eta_i (grad_x loss - lambda delta) from delta ' +
          '= 0, without a ball (Gu & Guo 2021).',
      ),
    steps: positiveCount.describe('Number of ascent steps of the attack, each at the cost of one gradient.'),
    eta_i: positive.describe('Rate of an ascent step, which multiplies the gradient and the penalty.'),
    lambda: nonnegative.describe(
      'Coefficient of the penalty lambda delta, which pulls the perturbation back to 0. It alone bounds the ' +
        'perturbation; 0 leaves it unbounded.',
    ),
  });

type PenalisedAscentSpec = z.output<ReturnType<typeof schema>>;

/**
 * The inner loop of Gu & Guo (2021, arXiv 2105.08037), from delta^0 = 0 without a random start, K steps of
 *   delta^(k+1) = delta^k + eta_I (grad_x loss(x + delta^k) - lambda delta^k).
 * There is no ball and no clip to [0, 1]: the penalty alone bounds the perturbation, so perturbed inputs may leave the
 * box, and the scale of the loss matters.
 */
export const penalisedAscent = {
  name: 'penalised_ascent',
  trains: true,
  schema,
  controls: { attack_steps: 'steps', attack_step_size: 'eta_i' },
  stepSize: () => null,
  ball: () => null,
  needsLinearLogits: false,
  gradientEvaluations: ({ steps }) => steps,
  describe: ({ steps, eta_i, lambda }) => `penalised ascent, ${steps} steps of rate ${eta_i}, penalty ${lambda}`,
  create: penalisedPerturbation,
} as const satisfies AttackMould<PenalisedAscentSpec>;

function penalisedPerturbation({ steps, eta_i, lambda }: PenalisedAscentSpec): Perturb {
  return (network, { inputs, labels }, loss) => {
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
  };
}
