import type { Experiment, ExperimentFile, RunLength } from '../artifacts/experiment/experiment.js';
import { batchSizes } from '../controls/index.js';
import { HjbLrError } from '../errors.js';
import type { Workload } from '../workloads/index.js';
import { evaluationsPerUpdate } from './updates/index.js';

/** The least that a schedule can be laid over. */
const LEAST = 2;

/**
 * The experiment with its length in updates T:
 *   epochs                the least T whose minibatches have B_0 + ... + B_(T-1) >= epochs n examples, n those of the training split
 *   gradient_evaluations  the largest T with T c <= gradient_evaluations, c the mean cost of an update, its attack included
 *
 * @throws E_INVALID where that is less than two updates
 */
export function withUpdates(experiment: ExperimentFile, file: string, workload: Workload): Experiment {
  const horizon = updatesOf(experiment.horizon, experiment, workload);
  if (horizon >= LEAST) return { ...experiment, horizon };
  const message = `gives ${horizon} updates, and a run has at least ${LEAST}: one costs ${evaluationsPerUpdate(workload)} gradient evaluations`;
  throw new HjbLrError('E_INVALID', `${file} describes a run that is too short.`, {
    remedy: 'Make the horizon longer.',
    issues: [{ path: 'horizon', message }],
    fields: { file },
  });
}

function updatesOf(length: RunLength, { batch_size }: Pick<ExperimentFile, 'batch_size'>, workload: Workload): number {
  if (typeof length === 'number') return length;
  if ('gradient_evaluations' in length) return Math.floor(length.gradient_evaluations / evaluationsPerUpdate(workload));
  const examples = length.epochs * workload.dataset.train.count;
  return leastWith((updates) => updates * batchSizes(batch_size, updates).mean >= examples);
}

/** The least number >= 1 from which on a condition holds. */
function leastWith(holds: (count: number) => boolean): number {
  let [below, enough] = [0, 1];
  while (!holds(enough)) [below, enough] = [enough, 2 * enough];
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2);
    if (holds(middle)) enough = middle;
    else below = middle;
  }
  return enough;
}
