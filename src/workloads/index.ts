import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Experiment, Objective } from '../artifacts/experiment.js';
import { HjbLrError, type Issue } from '../errors.js';
import { createAttack } from './attacks/index.js';
import { loadDataset } from './datasets/index.js';
import { createModel } from './models/index.js';
import type { Workload } from './workload.js';

export { createAttack } from './attacks/index.js';
export { createModel } from './models/index.js';
export type { Attack, Dataset, Examples, InputLosses, Model, Workload } from './workload.js';

/** Types a user's own workload; returns it as it is. */
export function defineWorkload(workload: Workload): Workload {
  return workload;
}

/**
 * What an experiment trains: its own description, or the export `workload` of a module (a Workload, or a function that
 * returns one).
 *
 * @param baseDirectory - folder of the experiment file
 */
export async function createWorkload(spec: Experiment['workload'], baseDirectory: string): Promise<Workload> {
  if (typeof spec === 'string') return importWorkload(path.resolve(baseDirectory, spec));
  const dataset = await loadDataset(spec.data, { baseDirectory });
  return {
    dataset,
    model: createModel(spec.model, dataset.inputShape, dataset.classes),
    attack: spec.attack === null ? null : createAttack(spec.attack),
  };
}

/** The experiment's objective, with what the workload module itself sets. */
export function objectiveOf(experiment: Experiment, workload: Workload): Objective {
  return { ...experiment.objective, ...workload.objective };
}

async function importWorkload(file: string): Promise<Workload> {
  if (!existsSync(file)) {
    throw new HjbLrError('E_NOT_FOUND', `No workload module at ${file}.`, { remedy: 'Check "workload" in the experiment.', fields: { file } });
  }
  const module = (await import(pathToFileURL(file).href)) as { workload?: Workload | (() => Workload | Promise<Workload>) };
  const workload = typeof module.workload === 'function' ? await module.workload() : module.workload;
  const issues = workloadIssues(workload);
  if (issues.length === 0) return workload!;
  throw new HjbLrError('E_INVALID', `${file} does not export a workload.`, {
    remedy: 'Export `workload` = defineWorkload({ dataset, model, attack }); README shows one.',
    issues,
    fields: { file },
  });
}

function workloadIssues(workload: Workload | undefined): Issue[] {
  if (typeof workload !== 'object') return [{ path: 'workload', message: 'is missing' }];
  const required: [string, boolean][] = [
    ['workload.dataset.train', (workload.dataset?.train?.count ?? 0) > 0],
    ['workload.dataset.test', (workload.dataset?.test?.count ?? 0) > 0],
    ['workload.dataset.inputShape', Array.isArray(workload.dataset?.inputShape)],
    ['workload.dataset.classes', (workload.dataset?.classes ?? 0) >= 2],
    ['workload.model.parameterShapes', Array.isArray(workload.model?.parameterShapes)],
    ['workload.model.initialise', typeof workload.model?.initialise === 'function'],
    ['workload.model.logits', typeof workload.model?.logits === 'function'],
    ['workload.attack', workload.attack === null || typeof workload.attack?.perturb === 'function'],
  ];
  return required.filter(([, present]) => !present).map(([path]) => ({ path, message: 'is missing or of the wrong type' }));
}
