import { HjbLrError } from '../../src/errors.js';
import { interpolateSolution } from '../hjb/interpolate.js';
import type { Scheme } from '../hjb/options.js';
import type { HjbSolution } from '../hjb/solution.js';
import { solveHjb } from '../hjb/solve.js';
import { requireProblem } from '../problem/check.js';
import type { ControlProblem } from '../problem/control-problem.js';
import type { Answer, Query, SolveOptions } from './answer.js';
import { coarser, wider } from './companions.js';
import { errorEstimate, type Estimate, type Refinement } from './error-estimate.js';
import { resolveSolveOptions } from './options.js';
import { smoothValueAt } from './smooth-value.js';

/** Value and controls at a query; null where there are none. */
interface Point {
  readonly value: number;
  /** The value by cubic interpolation, in which grids are compared. */
  readonly smooth: number;
  readonly controls: readonly number[];
}

interface Solved {
  readonly solution: HjbSolution;
  readonly points: readonly (Point | null)[];
}

/**
 * Solves a control problem and says how far the answer can be trusted: the same problem is solved again on half and on a
 * quarter of the nodes and levels, by the monotone scheme, and, if asked for, on a wider domain.
 *
 * The error estimate of a value is the change under refinement, extrapolated with the order observed (at most 2); where
 * the accurate and the monotone value differ by more than the sum of their estimates, it is raised to that difference.
 *
 * @throws E_INVALID for a problem that is not well posed or options out of range; E_LIMIT for one that is too large. Bad
 * numerics return a status.
 *
 * @example
 * solve(problem, { query: [{ t: 0, x: [2.89] }] }).values[0]; // V(0, 2.89)
 */
export function solve(problem: ControlProblem, options: Partial<SolveOptions> = {}): Answer {
  const started = performance.now();
  requireProblem(problem);
  const resolved = resolveSolveOptions(problem, options);
  const { scheme } = resolved;
  const main = solveFor(problem, resolved, scheme, resolved.keep);
  const isSolved = main.solution.status === 'converged';
  const monotone = scheme === 'monotone' || !isSolved ? main : solveFor(problem, resolved, 'monotone', 'query');
  const estimates = isSolved ? estimatesOf(problem, resolved, scheme, main) : null;
  const monotoneEstimates =
    scheme === 'monotone' || !isSolved ? estimates : estimatesOf(problem, resolved, 'monotone', monotone);
  const wide = resolved.widerDomain && isSolved ? solveWider(problem, resolved) : null;
  return answerOf(problem, resolved, { main, monotone, estimates, monotoneEstimates, wide, started });
}

function solveFor(
  problem: ControlProblem,
  { tolerance, maximumPolicyIterations, query, kernel, threads }: SolveOptions,
  scheme: Scheme,
  keep: SolveOptions['keep'],
): Solved {
  const { horizon, times } = problem;
  const asked = horizon === 'infinite' ? [0] : keptLevels(keep, times, query);
  const around = horizon === 'infinite' ? [0] : [...new Set([...asked, ...queryLevels(times, query, 2)])];
  const solution = solveHjb(problem, { tolerance, maximumPolicyIterations, scheme, keep: around, kernel, threads });
  const points = query.map(({ t, x }) => {
    const point = interpolateSolution(problem, solution, t, x);
    if (!point.inside) return null;
    return { value: point.value, smooth: smoothValueAt(problem, solution, t, x), controls: point.controls };
  });
  return { solution: solution.status === 'non_finite' ? solution : restricted(solution, asked), points };
}

/** On a wider domain; null where no face can move. */
function solveWider(problem: ControlProblem, options: SolveOptions): Solved | null {
  const wide = wider(problem);
  if (wide === null) return null;
  try {
    return solveFor(wide, options, options.scheme, 'query');
  } catch (error) {
    if (!(error instanceof HjbLrError) || error.code !== 'E_INVALID') throw error;
    const issues = error.issues.map(({ path, message }) => ({ path: 'wider_domain', message: `${path}: ${message}` }));
    throw new HjbLrError('E_INVALID', 'The problem does not hold on the wider domain that was asked for.', {
      remedy: 'Leave the wider domain out, or write the problem so that it holds beyond the faces of its own.',
      issues,
    });
  }
}

/** With no level but these. */
function restricted(solution: HjbSolution, levels: readonly number[]): HjbSolution {
  const kept = new Set(levels);
  const ofKept = <Item>(items: readonly Item[]): Item[] => items.filter((_, k) => kept.has(solution.times[k]));
  const { times, value, control } = solution;
  return { ...solution, times: ofKept(times), value: ofKept(value), control: ofKept(control) };
}

function keptLevels(keep: SolveOptions['keep'], times: readonly number[], query: readonly Query[]): readonly number[] {
  if (keep === 'all') return times;
  if (keep === 'query') return [times[0], ...queryLevels(times, query, 1)];
  return times.filter((_, level) => level % keep === 0 || level === times.length - 1);
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

/** One estimate per query from the coarser companions; null where there are none. */
function estimatesOf(
  problem: ControlProblem,
  options: SolveOptions,
  scheme: Scheme,
  fine: Solved,
): (Estimate | null)[] | null {
  const half = coarser(problem);
  if (half === null) return null;
  const coarse = solveFor(half.problem, options, scheme, 'query');
  const quarter = coarser(half.problem);
  const coarsest = quarter === null ? null : solveFor(quarter.problem, options, scheme, 'query');
  return fine.points.map((point, i) =>
    point === null || coarse.points[i] === null
      ? null
      : estimateAt(point, coarse.points[i], coarsest?.points[i] ?? null, {
          ratio: half.ratio,
          schemeOrder: scheme === 'accurate' ? 2 : 1,
          noise: noiseOf(fine.solution, point.value, options.tolerance),
        }),
  );
}

/** Of the grid by the smooth values, and of the linear interpolation between its nodes. */
function estimateAt(fine: Point, coarse: Point, coarsest: Point | null, refinement: Refinement): Estimate {
  const smooth = ({ smooth: value, controls }: Point): { value: number; controls: readonly number[] } => ({
    value,
    controls,
  });
  const estimate = errorEstimate(smooth(fine), smooth(coarse), coarsest && smooth(coarsest), refinement);
  return { ...estimate, value: estimate.value + Math.abs(fine.smooth - fine.value) };
}

/** How far a value is known: to the tolerance of the steps, relative to the largest value, and to rounding. */
function noiseOf({ value }: HjbSolution, at: number, tolerance: number): number {
  const largest = Math.max(...value.map((level) => level.reduce((most, v) => Math.max(most, Math.abs(v)), 0)));
  return Math.max(tolerance * largest, 16 * Number.EPSILON * Math.abs(at));
}

interface Parts {
  readonly main: Solved;
  readonly monotone: Solved;
  readonly estimates: readonly (Estimate | null)[] | null;
  readonly monotoneEstimates: readonly (Estimate | null)[] | null;
  readonly wide: Solved | null;
  readonly started: number;
}

function answerOf(problem: ControlProblem, options: SolveOptions, parts: Parts): Answer {
  const { main, monotone, wide } = parts;
  const { solution, points } = main;
  const { errors, disagreeing } = valueErrors(parts);
  const truncation = wide === null ? null : points.map((point, i) => difference(point, wide.points[i]));
  const total = errors.map((error, i) => (error === null ? null : error + (truncation?.[i] ?? 0)));
  const orders = ordersOf(parts);
  const firstOffender = solution.monotone.firstOffender ?? monotone.solution.monotone.firstOffender;
  return {
    status: solution.status,
    remedy: solution.remedy,
    values: points.map((point) => finite(point?.value)),
    controls: points.map((point) => named(problem, point?.controls)),
    inside: options.query.map(({ t, x }) => isInside(problem, t, x)),
    errorEstimates: {
      values: total,
      controls: points.map((_, i) => named(problem, parts.estimates?.[i]?.controls)),
    },
    observedOrder: orders.length === 0 ? null : orders[Math.floor(orders.length / 2)],
    monotone: { space: firstOffender === null, time: options.scheme === 'monotone', firstOffender },
    monotoneValues: monotone.points.map((point) => finite(point?.value)),
    truncation,
    warnings: warningsOf(problem, options, parts, disagreeing),
    policyIterations: solution.policyIterations,
    residual: solution.residual,
    kernel: solution.kernel,
    seconds: (performance.now() - parts.started) / 1000,
    solution,
  };
}

/** Observed orders that mean something, increasing. */
function ordersOf({ estimates }: Parts): number[] {
  const orders = (estimates ?? []).map((estimate) => estimate?.order);
  return orders.filter((order) => typeof order === 'number').sort((a, b) => a - b);
}

/** Estimates, raised to the difference from the monotone value where that is larger than both estimates together. */
function valueErrors({ main, monotone, estimates, monotoneEstimates }: Parts): {
  errors: (number | null)[];
  disagreeing: number[];
} {
  const disagreeing: number[] = [];
  const errors = main.points.map((point, i) => {
    const own = estimates?.[i]?.value ?? null;
    const other = monotoneEstimates?.[i]?.value ?? null;
    if (own === null || other === null) return own;
    const apart = difference(point, monotone.points[i])!;
    if (apart <= own + other) return own;
    disagreeing.push(i);
    return apart;
  });
  return { errors, disagreeing };
}

function warningsOf(
  problem: ControlProblem,
  options: SolveOptions,
  parts: Parts,
  disagreeing: readonly number[],
): string[] {
  const { main, estimates, wide } = parts;
  const warnings: string[] = [];
  if (main.solution.status !== 'converged') warnings.push(`${main.solution.status}: ${main.solution.remedy}`);
  const { firstOffender } = main.solution.monotone;
  if (firstOffender !== null) warnings.push(`not monotone in space: ${firstOffender}`);
  if (estimates === null && main.solution.status === 'converged') {
    warnings.push('no error estimate: an axis or the time has fewer than 4 intervals');
  }
  if (estimates !== null && ordersOf(parts).length === 0) {
    const reasons = new Set(estimates.flatMap((estimate) => estimate?.order ?? []));
    if (reasons.size > 0) warnings.push(`no observed order: ${[...reasons].join('; ')}`);
  }
  if (options.widerDomain && main.solution.status === 'converged') {
    if (wide === null) warnings.push('no truncation: the equation itself holds at every face, so that none can move');
    else if (wide.solution.status !== 'converged') warnings.push(`wider domain: ${wide.solution.status}`);
  }
  for (const i of disagreeing) {
    warnings.push(`query ${i}: the accurate and the monotone value differ by more than the sum of their estimates`);
  }
  options.query.forEach(({ t, x }, i) => {
    if (!isInside(problem, t, x)) warnings.push(`query ${i} lies outside the grid`);
  });
  return warnings;
}

function isInside({ states, times, horizon }: ControlProblem, t: number, x: readonly number[]): boolean {
  const inTime = horizon === 'infinite' || (t >= times[0] && t <= times[times.length - 1]);
  return inTime && states.every(({ grid }, d) => x[d] >= grid[0] && x[d] <= grid[grid.length - 1]);
}

function difference(a: Point | null, b: Point | null): number | null {
  return a === null || b === null ? null : finite(Math.abs(a.value - b.value));
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function named(
  { controls }: ControlProblem,
  values: readonly number[] | undefined,
): Readonly<Record<string, number>> | null {
  if (values === undefined || !values.every(Number.isFinite)) return null;
  return Object.fromEntries(controls.map(({ name }, j) => [name, values[j]]));
}
