import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { HjbLrError, type Issue } from '../errors.js';
import { randomStream } from '../math/random.js';
import { createAttack } from './attacks/index.js';
import { createModel } from './models/index.js';
import type { Workload } from './workload.js';
import { workloadIssues } from './workload-check.js';

/**
 * What a workload module is given, so that it computes with the same TensorFlow.js and the same random streams as the
 * training loop: tensors of another copy of the package would live on another back end.
 */
export interface WorkloadTools {
  readonly tf: typeof tf;
  readonly randomStream: typeof randomStream;
  readonly createModel: typeof createModel;
  readonly createAttack: typeof createAttack;
}

/** What a module may export as `workload` in place of the workload itself. */
export type WorkloadFactory = (tools: WorkloadTools) => Workload | Promise<Workload>;

/** A workload that came from a module, with the hash of that file: a run of other code is another run. */
export interface ImportedWorkload extends Workload {
  readonly module: { readonly file: string; readonly sha256: string };
}

/**
 * The export `workload` of a module: a Workload, or a function of `WorkloadTools` that returns one.
 *
 * @param file - path of an ES module
 * @throws E_NOT_FOUND if there is no such file; E_INVALID if it does not load, has no such export, or with every part
 * of the workload that is missing or of the wrong kind
 */
export async function importWorkload(file: string): Promise<ImportedWorkload> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new HjbLrError('E_NOT_FOUND', `No workload module at ${file}.`, {
      remedy: 'Check "workload" in the experiment: the path is relative to that file.',
      fields: { file },
      cause,
    });
  });
  const workload = await exportedWorkload(file);
  const issues = workloadIssues(workload);
  if (issues.length > 0) throw notAWorkload(file, 'does not export a whole workload', issues);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...(workload as Workload), module: { file, sha256 } };
}

async function exportedWorkload(file: string): Promise<unknown> {
  try {
    const { workload } = (await import(pathToFileURL(file).href)) as { workload?: Workload | WorkloadFactory };
    return typeof workload === 'function' ? await workload({ tf, randomStream, createModel, createAttack }) : workload;
  } catch (cause) {
    throw notAWorkload(file, `does not load: ${(cause as Error).message}`, [], cause);
  }
}

/**
 * Tries an imported workload on two of its training examples; needs an open engine.
 * @throws E_SHAPE if weights, logits or perturbed inputs have other shapes than they must; E_INVALID if the workload's
 * own code throws
 */
export function tryWorkload(workload: ImportedWorkload): void {
  const { file } = workload.module;
  let issues: Issue[] = [];
  try {
    tf.tidy(() => {
      issues = trialIssues(workload);
    });
  } catch (cause) {
    throw notAWorkload(file, `throws on its own training examples: ${(cause as Error).message}`, [], cause);
  }
  if (issues.length === 0) return;
  throw new HjbLrError('E_SHAPE', `The workload of ${file} computes other shapes than it must.`, {
    remedy: 'Correct these functions of the workload.',
    issues,
    fields: { file },
  });
}

function trialIssues({ dataset, model, attack }: Workload): Issue[] {
  const { inputShape, classes, train } = dataset;
  const n = Math.min(2, train.count);
  const width = train.inputs.length / train.count;
  const arrays = model.initialise(randomStream(0, 'trial'));
  const lengths = model.parameterShapes.map((shape) => tf.util.sizeFromShape([...shape]));
  const issues = differing('workload.model.initialise', [...arrays.map(({ length }) => length)], lengths);
  if (issues.length > 0) return issues;
  const weights = arrays.map((values, i) => tf.tensor(values, [...model.parameterShapes[i]]));
  const inputs = tf.tensor(train.inputs.slice(0, n * width), [n, ...inputShape]);
  issues.push(...differing('workload.model.logits', model.logits(weights, inputs).shape, [n, classes]));
  if (attack === null || issues.length > 0) return issues;
  const losses = (x: tf.Tensor): tf.Tensor1D => tf.sum(tf.square(model.logits(weights, x)), 1);
  const perturbed = attack.perturb(losses, inputs, randomStream(0, 'trial'));
  return differing('workload.attack.perturb', perturbed.shape, inputs.shape);
}

function differing(path: string, got: readonly number[], needed: readonly number[]): Issue[] {
  if (got.length === needed.length && got.every((side, i) => side === needed[i])) return [];
  const what = path.endsWith('initialise') ? 'arrays of lengths' : 'a tensor of shape';
  return [{ path, message: `returns ${what} [${got.join(', ')}] and must return [${needed.join(', ')}]` }];
}

function notAWorkload(file: string, reason: string, issues: readonly Issue[], cause?: unknown): HjbLrError {
  return new HjbLrError('E_INVALID', `${file} ${reason}.`, {
    remedy: 'Export `workload`: { dataset, model, attack }, or a function that returns it; README shows one.',
    issues,
    fields: { file },
    cause,
  });
}
