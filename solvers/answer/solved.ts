import { interpolateSolution } from '../march/interpolate.js';
import type { Scheme } from '../discretization/schemes.js';
import { keptLevels } from '../march/kept-levels.js';
import type { HjbSolution } from '../march/solution.js';
import { solveFiltered } from '../march/filtered.js';
import { solveHjb } from '../march/solve.js';
import type { ControlProblem } from '../problem/control-problem.js';
import type { Query, SolveOptions } from './answer.js';
import { smoothValueAt } from './smooth-value.js';

/** Value and controls at a query; null where there are none. */
export interface Point {
  readonly value: number;
  /** The value by cubic interpolation, in which grids are compared. */
  readonly smooth: number;
  readonly controls: readonly number[];
}

/** Levels that are asked for: as options name them, or a list. */
type Keep = SolveOptions['keep'] | readonly number[];

export interface Solved {
  /** On the grid and levels of this solve. */
  readonly problem: ControlProblem;
  readonly solution: HjbSolution;
  /** With the levels around the queries, whatever is kept. */
  readonly around: HjbSolution;
  readonly points: readonly (Point | null)[];
}

/**
 * Solves on the problem's own grid and reads value and controls at the queries.
 * @param certify - whether two searched controls are certified
 */
export function solveFor(
  problem: ControlProblem,
  { tolerance, maximumPolicyIterations, query, kernel, threads, onProgress: onStep }: SolveOptions,
  scheme: Scheme,
  keep: Keep,
  certify = false,
): Solved {
  const { horizon, times } = problem;
  const asked = horizon === 'infinite' ? [0] : askedLevels(keep, times, query);
  const around = horizon === 'infinite' ? [0] : [...new Set([...asked, ...queryLevels(times, query, 2)])];
  const solver = scheme === 'accurate' ? solveFiltered : solveHjb;
  const solution = solver(problem, {
    tolerance,
    maximumPolicyIterations,
    scheme,
    keep: around,
    kernel,
    threads,
    onStep,
    certify: certify ? query.map(({ x }) => x) : undefined,
  });
  const points = query.map(({ t, x }) => {
    const point = interpolateSolution(problem, solution, t, x);
    if (!point.inside) return null;
    return { value: point.value, smooth: smoothValueAt(problem, solution, t, x), controls: point.controls };
  });
  return {
    problem,
    around: solution,
    solution: solution.status === 'non_finite' ? solution : restricted(solution, asked),
    points,
  };
}

/** With no level but these. */
function restricted(solution: HjbSolution, levels: readonly number[]): HjbSolution {
  const kept = new Set(levels);
  const ofKept = <Item>(items: readonly Item[]): Item[] => items.filter((_, k) => kept.has(solution.times[k]));
  const { times, value, control } = solution;
  return { ...solution, times: ofKept(times), value: ofKept(value), control: ofKept(control) };
}

function askedLevels(keep: Keep, times: readonly number[], query: readonly Query[]): readonly number[] {
  return keep === 'query' ? [times[0], ...queryLevels(times, query, 1)] : keptLevels(keep, times);
}

/** So many levels on both sides of every query, or the one at which it is. */
function queryLevels(times: readonly number[], query: readonly Query[], reach: number): number[] {
  const levels = new Set<number>();
  for (const { t } of query) {
    const above = times.findIndex((level) => level >= t);
    if (above < 0) continue;
    if (times[above] === t) levels.add(t);
    else for (const level of times.slice(Math.max(above - reach, 0), above + reach)) levels.add(level);
  }
  return [...levels];
}
