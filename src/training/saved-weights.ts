import { existsSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '../canonical-json.js';
import { writeFileAtomic } from '../artifacts/files.js';
import type { LogEnd } from '../artifacts/training-log/training-log.js';
import { HjbLrError, type Issue } from '../errors.js';
import { readBytes } from '../formats/bytes.js';
import { npzBytes, readArrays, type NamedArray } from '../formats/npz.js';
import { isTensorModel, type Model } from '../workloads/models/model.js';
import { concatenated, separated } from './weights.js';

/** Where the final weights of a log are kept. */
export function weightsPath(log: string): string {
  return log.replace(/\.jsonl$/, '.weights.npz');
}

/**
 * Names of a model's parameters, in their order: `layers.0.kernel` and `layers.0.bias` by the index of the layer; of a
 * model written on tensors `parameters.0`, ... Kernels have Keras' layouts, [in, out] and [height, width, in, out]:
 * PyTorch's are their transposes, [out, in] and [out, in, height, width].
 */
export function parameterNames(model: Model): string[] {
  if (isTensorModel(model)) return model.parameterShapes.map((_, i) => `parameters.${i}`);
  return model.layers.flatMap((layer, i) =>
    layer.parameterShapes.map((_, part) => `layers.${i}.${part === 0 ? 'kernel' : 'bias'}`),
  );
}

/** What a run leaves: parameters one after the other, and the running statistics of a model that has them. */
export interface SavedWeights {
  readonly weights: Float32Array;
  readonly statistics?: Float32Array;
}

/**
 * Writes weights as an NPZ file (`numpy.load`), one float32 array for each parameter, and `statistics.0`, ... for running
 * statistics; not compressed: the same weights give the same bytes.
 * @returns its name and SHA-256, for the log
 * @throws E_WRITE
 */
export async function writeWeights(
  file: string,
  model: Model,
  { weights, statistics }: SavedWeights,
): Promise<{ file: string; sha256: string }> {
  const { names, shapes } = statisticsOf(model);
  const bytes = npzBytes([
    ...namedArrays(weights, parameterNames(model), model.parameterShapes),
    ...(statistics === undefined ? [] : namedArrays(statistics, names, shapes)),
  ]);
  await writeFileAtomic(file, bytes);
  return { file: path.basename(file), sha256: sha256(bytes) };
}

/**
 * The weights of a model from such a file, ours or one of numpy.savez.
 *
 * @param model - which names the arrays and says their shapes
 * @returns the parameters as `Network.load` takes them; the statistics of a model that has them, for
 * `Network.passes.loadStatistics`
 * @throws E_NOT_FOUND; E_DATA if it is no NPZ file, or an array is missing or cannot be read; E_SHAPE with every array of
 * another shape
 *
 * @example
 * const { weights } = await readWeights('runs/a/policy-seed-1.weights.npz', workload.model);
 * network.load(weights);
 */
export async function readWeights(file: string, model: Model): Promise<SavedWeights> {
  const statistics = statisticsOf(model);
  const names = [...parameterNames(model), ...statistics.names];
  const shapes = [...model.parameterShapes, ...statistics.shapes];
  const arrays = await readArrays(file, names, 'Give the weights of the model that the experiment describes.');
  const issues = names.flatMap((name, i) => shapeIssues(name, arrays.get(name)!.shape, shapes[i]));
  if (issues.length > 0) throw otherModel(file, issues);
  const values = names.map((name) => Float32Array.from(arrays.get(name)!.values));
  const weights = concatenated(values.slice(0, model.parameterShapes.length));
  if (statistics.names.length === 0) return { weights };
  return { weights, statistics: concatenated(values.slice(model.parameterShapes.length)) };
}

/** Running statistics of a model, by name. */
function statisticsOf(model: Model): { names: string[]; shapes: readonly (readonly number[])[] } {
  const shapes = (isTensorModel(model) ? model.statistics?.shapes : undefined) ?? [];
  return { names: shapes.map((_, i) => `statistics.${i}`), shapes };
}

function namedArrays(
  values: Float32Array,
  names: readonly string[],
  shapes: readonly (readonly number[])[],
): NamedArray[] {
  const parts = separated(values, shapes);
  return names.map((name, i) => ({ name, shape: shapes[i], values: parts[i] }));
}

function otherModel(file: string, issues: readonly Issue[]): HjbLrError {
  return new HjbLrError('E_SHAPE', `${file} holds the weights of another model.`, {
    remedy: 'Give the weights of the model that the experiment describes; kernels are [in, out].',
    issues,
    fields: { file },
  });
}

/** @throws E_RUN_MISMATCH if a finished run kept no weights, or they are gone or others */
export async function requireSavedWeights(log: string, { status, weights }: LogEnd): Promise<void> {
  if (status !== 'completed') return;
  const file = weightsPath(log);
  const there = existsSync(file) ? sha256(await readBytes(file)) : null;
  if (weights !== undefined && weights.sha256 === there) return;
  const why =
    weights === undefined ? 'did not keep its weights' : `kept its weights in ${file}, which are not there now`;
  throw new HjbLrError('E_RUN_MISMATCH', `The finished run ${log} ${why}.`, {
    remedy: 'Train again with --fresh and --save-weights.',
    fields: { file },
  });
}

function shapeIssues(path: string, got: readonly number[], needed: readonly number[]): Issue[] {
  if (got.join() === needed.join()) return [];
  return [{ path, message: `has shape [${got.join(', ')}] and must have [${needed.join(', ')}]` }];
}
