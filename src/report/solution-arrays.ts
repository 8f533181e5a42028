import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseNpy } from '../formats/npy.js';
import type { ArrayFile, ProblemSolution } from '../artifacts/solution/problem-solution.js';
import { sha256 } from '../canonical-json.js';
import { HjbLrError } from '../errors.js';
import type { GridDensity } from './figures/closed-loop.js';
import type { GridSolution } from './figures/problem-maps.js';

/**
 * Axes, levels, value and controls of a solution file, long arrays from the files beside it.
 *
 * @param folder - of the solution file
 * @throws E_NOT_FOUND if an array file cannot be read; E_INVALID if it is not the one that the solution was written with
 */
export async function gridSolution(
  { axes, controls, times, value, control, problem }: ProblemSolution,
  folder: string,
): Promise<GridSolution> {
  return {
    isInfinite: problem.horizon === 'infinite',
    isReward: problem.objective === 'maximize',
    axes: await Promise.all(axes.map(async (axis) => ({ ...axis, grid: await listOf(axis.grid, folder) }))),
    controls,
    times: await listOf(times, folder),
    value: await levelsOf(value, folder),
    control: await levelsOf(control, folder),
  };
}

/** The density of a solution file; null where it has none. @throws as `gridSolution` does */
export async function gridDensity({ density }: ProblemSolution, folder: string): Promise<GridDensity | null> {
  if (density === undefined) return null;
  return { times: await listOf(density.times, folder), values: await levelsOf(density.values, folder) };
}

async function listOf(list: readonly number[] | ArrayFile, folder: string): Promise<readonly number[]> {
  return 'file' in list ? [...(await doublesOf(list, folder))] : list;
}

/** One array for each level; what is not finite is NaN. */
async function levelsOf(
  levels: readonly (readonly (number | null)[])[] | ArrayFile,
  folder: string,
): Promise<ArrayLike<number>[]> {
  if (!('file' in levels)) return levels.map((level) => level.map((entry) => entry ?? NaN));
  const all = await doublesOf(levels, folder);
  const [count] = levels.shape;
  const size = all.length / count;
  return Array.from({ length: count }, (_, level) => all.subarray(level * size, (level + 1) * size));
}

async function doublesOf({ file, sha256: expected }: ArrayFile, folder: string): Promise<Float64Array> {
  const place = path.join(folder, file);
  const bytes = await readFile(place).catch((cause: unknown) => {
    throw new HjbLrError('E_NOT_FOUND', `Cannot read ${place}.`, {
      remedy: 'Keep the .npy files beside their solution.json, or solve again.',
      fields: { file: place },
      cause,
    });
  });
  if (sha256(bytes) === expected) return Float64Array.from(parseNpy(bytes, place).values);
  throw new HjbLrError('E_INVALID', `${place} is not the array that its solution was written with.`, {
    remedy: 'Solve again: `hjb-lr solve` writes both.',
    issues: [{ path: file, message: `expected SHA-256 ${expected}; got ${sha256(bytes)}` }],
    fields: { file: place },
  });
}
