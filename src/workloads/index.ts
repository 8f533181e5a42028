import path from 'node:path';
import type { Experiment, Objective } from '../artifacts/experiment/experiment.js';
import { perturbs } from '../attacks/controls.js';
import { createAttack } from '../attacks/create-attack.js';
import { importWorkload, type WorkloadFactory } from './custom.js';
import { loadDataset } from './datasets/index.js';
import { createModel } from './models/index.js';
import { HjbLrError } from '../errors.js';
import type { ModelSpec } from '../artifacts/experiment/experiment.js';
import { STANDARD_SCORES } from './datasets/normalize.js';
import type { Dataset, Workload } from './workload.js';

export { classPriorLoss } from './class-prior.js';
export { checkAttacks } from './door.js';
export { isImported, type ImportedWorkload, type WorkloadFactory, type WorkloadTools } from './custom.js';
export { examplesSha256, loadDataset, rangeOf } from './datasets/index.js';
export { dataNotes } from './data-notes.js';
export { createModel } from './models/index.js';
export type { DeclaredModel, Model, TensorModel, TensorPass } from './models/model.js';
export type { Dataset, Examples, Workload } from './workload.js';

/**
 * Types a user's own workload, or the function that returns it, and gives it back as it is.
 *
 * @example
 * export const workload = defineWorkload(({ tf, createAttack }) => ({
 *   dataset, // examples with inputs in [0, 1]
 *   model: { spec: null, parameterShapes: [[2, 2]], initialise, logits: ([w], x) => tf.matMul(x, w) },
 *   attack: createAttack({ type: 'pgd', norm: 'Linf', eps: 0.1, steps: 5, random_start: true, restarts: 1 }),
 * }));
 */
export function defineWorkload<Defined extends Workload | WorkloadFactory>(workload: Defined): Defined {
  return workload;
}

/**
 * What an experiment trains: its own description, or the export `workload` of a module.
 *
 * @param spec - `workload` of an experiment
 * @param baseDirectory - folder of the experiment file, to which paths are relative
 * @throws what `loadDataset`, `createModel` and `importWorkload` throw
 */
export async function createWorkload(spec: Experiment['workload'], baseDirectory: string): Promise<Workload> {
  if (typeof spec === 'string') return importWorkload(path.resolve(baseDirectory, spec));
  const dataset = await loadDataset(spec.data, { baseDirectory });
  return {
    dataset,
    model: createModel(withScores(spec.model, dataset), dataset.inputShape, dataset.classes),
    loss: spec.loss,
    attack: spec.attack === null ? null : createAttack(spec.attack, spec.training.type === 'free' ? { reach: 1 } : {}),
    training: spec.training,
    ...(spec.augmentation === undefined ? {} : { augmentation: spec.augmentation }),
  };
}

/** Whether training is adversarial: an attack of radius 0 is none. */
export function isAdversarial({ attack }: Pick<Workload, 'attack'>): boolean {
  return attack !== null && (attack.spec === null || perturbs(attack.spec));
}

/** The network sees standard scores of columns that were scaled by `standard`. */
function withScores(model: ModelSpec, { normalization }: Dataset): ModelSpec {
  if (normalization?.kind !== 'standard') return model;
  if (model.normalization === undefined) return { ...model, normalization: STANDARD_SCORES };
  throw new HjbLrError('E_INVALID', 'The inputs are normalised twice: by the data and in the model.', {
    remedy: 'Leave out workload.model.normalization, which "normalize": "standard" brings itself.',
    issues: [{ path: 'workload.model.normalization', message: 'goes with no "normalize": "standard" of the data' }],
  });
}

/** The experiment's objective, with what the workload module itself sets. */
export function objectiveOf(experiment: Experiment, workload: Workload): Objective {
  return { ...experiment.objective, ...workload.objective };
}
