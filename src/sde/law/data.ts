import path from 'node:path';
import type { SgdAttackSpec, SgdDataSpec, SgdModelFile } from '../../artifacts/sgd-model/sgd-model.js';
import { semidefiniteRoot } from '../../math/semidefinite-root.js';
import { readColumns } from '../../workloads/datasets/csv-columns.js';
import type { Component, RandomStart, SampleLaw } from './law.js';

/**
 * The law of a model's samples.
 * @param folder - where a relative path of a data file starts
 * @throws what `readColumns` throws for a data file
 */
export async function lawOf(
  { data, attack, inputs, label }: Pick<SgdModelFile, 'data' | 'attack' | 'inputs' | 'label'>,
  folder: string,
): Promise<SampleLaw> {
  const size = inputs.length + (label === null ? 0 : 1);
  const start = startOf(attack, inputs.length);
  return { dimension: size + (start?.size ?? 0), data: size, components: await componentsOf(data, folder), start };
}

async function componentsOf(data: SgdDataSpec, folder: string): Promise<Component[]> {
  if ('gaussian' in data) return [gaussian(1, data.gaussian)];
  if ('mixture' in data) {
    const total = data.mixture.reduce((sum, { weight }) => sum + weight, 0);
    return data.mixture.map((component) => gaussian(component.weight / total, component));
  }
  if ('points' in data) return atoms(data.points, data.weights);
  const { path: file, inputs, label } = data.file;
  const rows = await readColumns(path.resolve(folder, file), [...inputs, ...(label === null ? [] : [label])]);
  return atoms(rows, null);
}

function gaussian(
  weight: number,
  { mean, covariance }: { readonly mean: readonly number[]; readonly covariance: readonly (readonly number[])[] },
): Component {
  const root = semidefiniteRoot(covariance)!.map((column) => Float64Array.from(column));
  return { weight, mean: Float64Array.from(mean), root };
}

/** Rows of weight 0 are left out. */
function atoms(rows: readonly ArrayLike<number>[], weights: readonly number[] | null): Component[] {
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? rows.length;
  const all = rows.map((row, i) => ({ weight: (weights?.[i] ?? 1) / total, mean: Float64Array.from(row), root: [] }));
  return all.filter(({ weight }) => weight > 0);
}

function startOf(attack: SgdAttackSpec, size: number): RandomStart | null {
  if (attack.type !== 'projected_ascent' || !attack.random_start) return null;
  return { norm: attack.norm, eps: attack.eps, size };
}
