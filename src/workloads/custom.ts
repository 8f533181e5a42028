import { pathToFileURL } from 'node:url';
import type * as tf from '@tensorflow/tfjs';
import { HjbLrError, type Issue } from '../errors.js';
import { randomStream } from '../math/random.js';
import { createAttack } from '../attacks/create-attack.js';
import { createModel } from './models/index.js';
import { moduleGraph, type ModuleGraph } from './module-graph.js';
import type { tensorLogits } from './tensors/layers.js';
import type { Workload } from './workload.js';
import { withDefaults, workloadIssues } from './workload-check.js';

/**
 * What a workload module is given, so that it computes with the same TensorFlow.js and the same random streams as the
 * training loop: tensors of another copy of the package would live on another back end.
 */
export interface WorkloadTools {
  readonly tf: typeof tf;
  readonly randomStream: typeof randomStream;
  readonly createModel: typeof createModel;
  readonly createAttack: typeof createAttack;
  /** The logits of a declarative model on tensors, for a model that is built around one. */
  readonly tensorLogits: typeof tensorLogits;
}

/** What a module may export as `workload` in place of the workload itself. */
export type WorkloadFactory = (tools: WorkloadTools) => Workload | Promise<Workload>;

/** A workload that came from a module, with the hashes of all that it imports: a run of other code is another run. */
export interface ImportedWorkload extends Workload {
  readonly module: { readonly file: string } & ModuleGraph;
}

/** Whether a workload came from a module. */
export function isImported(workload: Workload): workload is ImportedWorkload {
  return 'module' in workload;
}

/**
 * The export `workload` of a module: a Workload, or a function of `WorkloadTools` that returns one.
 *
 * @param file - path of an ES module
 * @throws E_NOT_FOUND if there is no such file; E_INVALID if it does not load, has no such export, or with every part
 * of the workload that is missing or of the wrong kind; E_RUN_MISMATCH if it is edited while it is loaded
 */
export async function importWorkload(file: string): Promise<ImportedWorkload> {
  const graph = await moduleGraph(file).catch((cause: unknown) => {
    throw new HjbLrError('E_NOT_FOUND', `No workload module at ${file}.`, {
      remedy: 'Check "workload" in the experiment: the path is relative to that file.',
      fields: { file },
      cause,
    });
  });
  const workload = await exportedWorkload(file);
  const issues = workloadIssues(workload);
  if (issues.length > 0) throw notAWorkload(file, 'does not export a whole workload', issues);
  if ((await moduleGraph(file)).sha256 !== graph.sha256) throw editedMeanwhile(file);
  return { ...withDefaults(workload as Workload), module: { file, ...graph } };
}

function editedMeanwhile(file: string): HjbLrError {
  return new HjbLrError('E_RUN_MISMATCH', `${file}, or a file that it imports, was edited while it was loaded.`, {
    remedy: 'Run the same command again.',
    fields: { file },
  });
}

async function exportedWorkload(file: string): Promise<unknown> {
  try {
    const { workload } = (await import(pathToFileURL(file).href)) as { workload?: Workload | WorkloadFactory };
    return typeof workload === 'function' ? await workload(await workloadTools()) : workload;
  } catch (cause) {
    throw notAWorkload(file, `does not load: ${(cause as Error).message}`, [], cause);
  }
}

/** TensorFlow.js takes a second to load, which no other workload needs. */
async function workloadTools(): Promise<WorkloadTools> {
  const [tf, { tensorLogits }] = await Promise.all([import('@tensorflow/tfjs'), import('./tensors/layers.js')]);
  return { tf, randomStream, createModel, createAttack, tensorLogits };
}

export function notAWorkload(file: string, reason: string, issues: readonly Issue[], cause?: unknown): HjbLrError {
  return new HjbLrError('E_INVALID', `${file} ${reason}.`, {
    remedy: 'Export `workload`: { dataset, model, attack }, or a function that returns it; README shows one.',
    issues,
    fields: { file },
    cause,
  });
}
