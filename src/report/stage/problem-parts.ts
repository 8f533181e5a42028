import path from 'node:path';
import { closedLoopPaths } from '../../../solvers/index.js';
import { stoppingGaps } from '../../../solvers/closed-loop/stopping.js';
import type { HjbSolution } from '../../../solvers/march/solution.js';
import type { ControlProblem } from '../../../solvers/problem/control-problem.js';
import type { ProblemSolution } from '../../artifacts/solution/problem-solution.js';
import { compileProblem } from '../../synthesis/problem-file/compile.js';
import type { GridPaths } from '../figures/closed-loop.js';
import type { GridSolution } from '../figures/problem-maps.js';
import type { IsStopped } from '../figures/stopping-region.js';
import type { Page } from '../content.js';
import { problemPage } from '../pages/problem.js';
import { gridDensity, gridSolution } from '../solution-arrays.js';

/**
 * The page of a control problem's solution, long arrays from the files beside it.
 * @throws what `gridSolution` and `compileProblem` throw
 */
export async function problemPageOf(solution: ProblemSolution, file: string): Promise<Page> {
  const folder = path.dirname(file);
  const { problem, result } = solution;
  const grid = await gridSolution(solution, folder);
  const needsProblem = problem.obstacle !== null || result.simulation !== undefined;
  const compiled = needsProblem ? (await compileProblem(problem)).problem : null;
  return problemPage(solution, {
    solution: grid,
    isStopped: compiled === null || problem.obstacle === null ? null : stopping(compiled, grid),
    density: await gridDensity(solution, folder),
    paths: compiled === null ? null : pathsOf(solution, compiled, grid),
  });
}

/** Where the value is what stopping gives, level by level as they are asked for. */
function stopping({ obstacle, objective }: ControlProblem, { axes, times, value }: GridSolution): IsStopped {
  const nodes = nodesOf(axes.map(({ grid }) => grid));
  const gaps = new Map<number, Float64Array>();
  return (level, node) => {
    const known =
      gaps.get(level) ?? stoppingGaps(obstacle!, objective, times[level], nodes, Float64Array.from(value[level]));
    gaps.set(level, known);
    return known[node] === 0;
  };
}

/** States of every node, row-major. */
function nodesOf(grids: readonly (readonly number[])[]): number[][] {
  return grids.reduce<number[][]>((nodes, grid) => nodes.flatMap((node) => grid.map((x) => [...node, x])), [[]]);
}

/** Paths that are drawn. */
const DRAWN_PATHS = 24;

/** The first paths of the simulation, walked again; none where the levels were not kept. */
function pathsOf(
  { problem: file, result: { simulation } }: ProblemSolution,
  problem: ControlProblem,
  grid: GridSolution,
): GridPaths | null {
  if (simulation === undefined || file.start === null || grid.times.length !== problem.times.length) return null;
  const start = file.states.map(({ name }) => file.start![name]);
  const floats = (levels: readonly ArrayLike<number>[]): Float64Array[] =>
    levels.map((level) => Float64Array.from(level));
  const solution: HjbSolution = {
    status: 'converged',
    remedy: '',
    times: grid.times,
    value: floats(grid.value),
    control: floats(grid.control),
    residual: 0,
    policyIterations: { mean: 0, max: 0 },
    monotone: { space: true, firstOffender: null },
    kernel: '',
  };
  const options = { paths: Math.min(DRAWN_PATHS, simulation.paths), seed: simulation.seed, substeps: 1 };
  const scenario = scenarioOf(file, simulation.worst_case);
  return closedLoopPaths(problem, solution, start, scenario === null ? options : { ...options, scenario });
}

/** Bit k of the case is set where the k-th uncertain parameter is at its upper end. */
function scenarioOf(
  { uncertainty }: ProblemSolution['problem'],
  worst: Readonly<Record<string, number>> | undefined,
): number | null {
  const boxes = Object.entries(uncertainty);
  if (boxes.length === 0 || worst === undefined) return null;
  return boxes.reduce((bits, [name, ends], k) => bits + (worst[name] === ends[1] ? 2 ** k : 0), 0);
}
