import { createHash } from 'node:crypto';
import path from 'node:path';
import type { HjbSolution } from '../../../solvers/march/solution.js';
import type { ControlProblem } from '../../../solvers/problem/control-problem.js';
import type { ControlProblemFile } from '../../artifacts/control-problem/control-problem.js';
import { writeArtifact, writeFileAtomic } from '../../artifacts/files.js';
import { npyBytes } from '../../formats/npy.js';
import type { ArrayFile, ProblemResult, ProblemSolution } from '../../artifacts/solution/problem-solution.js';
import { TOOL, TOOL_VERSION } from '../../version.js';
import type { ForwardDensity } from './solvers.js';

/** Arrays with more numbers go into a file of their own. */
export const MOST_NUMBERS_IN_JSON = 100_000;

export interface Solved {
  readonly file: ControlProblemFile;
  readonly problem: ControlProblem;
  readonly solution: HjbSolution;
  readonly result: ProblemResult;
  readonly density: ForwardDensity | null;
}

/**
 * Writes solution.json, and NPY files beside it for long arrays, these first.
 * @returns the files that were written, solution.json first
 * @throws E_WRITE
 */
export async function writeSolution(out: string, solved: Solved): Promise<string[]> {
  const { file, problem, solution, result, density } = solved;
  const { store, written } = arrayStore(out);
  const nodes = problem.states.map(({ grid }) => grid.length);
  const levels = (rows: readonly Float64Array[], name: string, ...inner: number[]) =>
    store.rows(rows, [rows.length, ...nodes, ...inner], name);
  const artifact: ProblemSolution = {
    kind: 'solution',
    schema_version: '1.0.0',
    name: file.name,
    problem: file,
    axes: await Promise.all(
      problem.states.map(async ({ name, grid, coordinate }) => ({
        name,
        grid: await store.list(grid, `axis-${name}`),
        coordinate,
      })),
    ),
    controls: problem.controls.map(({ name }) => name),
    times: await store.list(solution.times, 'times'),
    value: await levels(solution.value, 'value'),
    control: await levels(solution.control, 'control', problem.controls.length),
    ...(density === null
      ? {}
      : {
          density: {
            times: await store.list(density.times, 'density-times'),
            values: await levels(density.density, 'density'),
          },
        }),
    result,
    provenance: { tool: TOOL, tool_version: TOOL_VERSION },
  };
  const target = path.join(out, 'solution.json');
  await writeArtifact('solution', target, artifact);
  return [target, ...written];
}

interface ArrayStore {
  /** Numbers in a list, or the file that holds them. */
  list(numbers: readonly number[], name: string): Promise<number[] | ArrayFile>;
  /** One list for each row, or the file that holds all of them. */
  rows(rows: readonly Float64Array[], shape: readonly number[], name: string): Promise<(number | null)[][] | ArrayFile>;
}

function arrayStore(out: string): { store: ArrayStore; written: string[] } {
  const written: string[] = [];
  const write = async (rows: readonly ArrayLike<number>[], shape: readonly number[], name: string) => {
    const bytes = npyBytes(rows, shape);
    const file = `${name}.npy`;
    await writeFileAtomic(path.join(out, file), bytes);
    written.push(path.join(out, file));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { file, dtype: '<f8' as const, order: 'C' as const, shape: [...shape], sha256 };
  };
  const store: ArrayStore = {
    list: async (numbers, name) =>
      numbers.length > MOST_NUMBERS_IN_JSON ? write([numbers], [numbers.length], name) : [...numbers],
    rows: async (rows, shape, name) => {
      const count = rows.reduce((sum, row) => sum + row.length, 0);
      return count > MOST_NUMBERS_IN_JSON ? write(rows, shape, name) : rows.map(finiteOrNull);
    },
  };
  return { store, written };
}

function finiteOrNull(row: Float64Array): (number | null)[] {
  return Array.from(row, (value) => (Number.isFinite(value) ? value : null));
}
