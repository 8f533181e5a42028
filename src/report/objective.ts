import type { Objective } from '../artifacts/experiment/experiment.js';
import { perturbs } from '../attacks/controls.js';
import type { Results } from '../artifacts/results/results.js';

/** The objective that the seeds' policies minimise: a workload module may have set its own. */
export function objectiveOf({ seeds, experiment }: Results): Objective {
  return seeds[0]?.coefficients.objective ?? experiment.objective;
}

/** What the policy minimises, for example "final adversarial training loss". */
export function objectiveName(results: Results): string {
  const { form, split } = objectiveOf(results);
  const when = form === 'terminal' ? 'final' : 'mean';
  return `${when} ${lossName(results)}${form === 'terminal' ? '' : ' over the run'}${split === 'validation' ? ' on validation data' : ''}`;
}

function lossName(results: Results): string {
  const { metric, split } = objectiveOf(results);
  return `${isAttacked(results) ? `${metric} ` : ''}${split === 'train' ? 'training ' : ''}loss`;
}

/** Whether training was adversarial: a run spends gradients on its attack, or the attack needs none of them. */
export function isAttacked({ one_run_grad_evals, experiment }: Results): boolean {
  const { workload, horizon } = experiment;
  if (one_run_grad_evals > horizon) return true;
  return typeof workload !== 'string' && workload.attack !== null && perturbs(workload.attack);
}
