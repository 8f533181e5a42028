import type { TrainingSpec } from '../../artifacts/experiment/experiment.js';
import { mean } from '../../math/vectors.js';
import { createAttack } from '../../attacks/create-attack.js';
import { divergenceFrom, softmax, tradesGradient } from '../../losses/index.js';
import { inPass, type Network, type LabelledInputs } from '../../networks/network.js';
import type { ArrayAttack, Attack } from '../../attacks/array-attack.js';
import type { Workload } from '../../workloads/workload.js';
import type { UpdatePoint, UpdateRule } from './rule.js';

type TradesSpec = Extract<TrainingSpec, { type: 'trades' }>;

/**
 * TRADES (Zhang et al. 2019): the mean over the minibatch of
 *   -ln p_y(x) + beta max_{|delta| <= eps} KL(p(x) || p(x + delta)),
 * the maximum by the workload's attack from x + start_deviation N(0, 1) with p(x) held fixed, as in the authors' code.
 * Clean and perturbed inputs go through the network as one batch of 2 n, so that an update spends K + 2 evaluations.
 */
export function tradesRule({ beta, start_deviation }: TradesSpec, { attackMode = 'inference' }: Workload): UpdateRule {
  return {
    gradient({ network, attack, draw, noise }: UpdatePoint) {
      const batch = draw();
      const ascent = divergenceAttack(attack, start_deviation);
      const perturbed = inPass(network, attackMode, () => {
        const p = softmax(network.logits(batch.inputs), network.classes);
        return ascent.perturb(network, batch, divergenceFrom(p), noise);
      });
      network.dropout?.drawFrom(noise);
      const taken = inPass(network, 'update', () => stackedGradient(network, batch, perturbed, beta));
      return { batch, ...taken, gradientEvaluations: ascent.gradientEvaluations + 2 };
    },
    state: () => null,
  };
}

/** The workload's attack with the start of TRADES; the door lets no other kinds through. */
function divergenceAttack(attack: Attack | null, deviation: number): ArrayAttack {
  return createAttack(attack!.spec!, { start: { deviation } });
}

/** Loss and gradient from clean inputs and, behind them, perturbed ones. */
function stackedGradient(network: Network, { inputs, labels }: LabelledInputs, perturbed: Float32Array, beta: number) {
  const both = new Float32Array(2 * inputs.length);
  both.set(inputs);
  both.set(perturbed, inputs.length);
  const losses = new Float64Array(labels.length);
  const gradient = network.weightGradient(both, tradesGradient(beta, labels, losses, 1 / labels.length));
  return { loss: mean(losses), gradient };
}
