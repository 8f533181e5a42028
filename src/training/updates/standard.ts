import { inPass } from '../../networks/network.js';
import type { Workload } from '../../workloads/workload.js';
import { lossAndGradient, lossOf, perturbInputs } from '../minibatch.js';
import type { UpdateRule } from './rule.js';

/** The gradient of the mean loss at the perturbed inputs: 1 + K evaluations for an attack of K steps. */
export function standardRule(workload: Workload): UpdateRule {
  const loss = lossOf(workload);
  const { attackMode = 'inference' } = workload;
  return {
    gradient({ network, attack, draw, noise, kept, onPerturbed }) {
      const batch = draw();
      const ascent = { loss, attack, stream: noise, kept: kept?.start() };
      const inputs = inPass(network, attackMode, () => perturbInputs(network, batch, ascent));
      kept?.keep(inputs);
      onPerturbed?.(inputs);
      network.dropout?.drawFrom(noise);
      const taken = inPass(network, 'update', () => lossAndGradient(network, { inputs, labels: batch.labels }, loss));
      return { batch, ...taken, gradientEvaluations: 1 + (attack?.gradientEvaluations ?? 0) };
    },
    state: () => null,
  };
}
