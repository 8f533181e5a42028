import { SCHEMES } from '../discretization/schemes.js';
import { keptLevels } from '../march/kept-levels.js';
import { requireProblem } from '../problem/check.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { timeMesh, withMesh } from '../time-mesh/index.js';
import type { Answer, SolveOptions } from './answer.js';
import { estimatesOf } from './estimates.js';
import { resolveSolveOptions } from './options.js';
import { solveFor, type Point } from './solved.js';
import { truncationOf } from './truncation.js';
import { valuesApart } from './uniqueness.js';
import { verdictOf } from './verdict.js';
import { plannedWork, Work } from './work.js';
import { isInside, ordersOf, warningsOf, type Parts } from './warnings.js';

/**
 * Solves a control problem and says how far the answer can be trusted: the same problem is solved again on half and on a
 * quarter of the nodes and levels, by the monotone scheme, and on wider domains where a face cuts the domain off.
 *
 * The error estimate of a value is the change under refinement, extrapolated with the order observed (at most 2); where
 * the accurate and the monotone value differ by more than the sum of their estimates, it is raised to that difference.
 *
 * @throws E_INVALID for a problem that is not well posed, on the wider domain too if that is asked for, or options out of
 * range; E_LIMIT for one that is too large. Bad numerics return a status.
 *
 * @example
 * solve(problem, { query: [{ t: 0, x: [2.89] }] }).values[0]; // V(0, 2.89)
 */
export function solve(problem: ControlProblem, options: Partial<SolveOptions> = {}): Answer {
  const started = performance.now();
  requireProblem(problem);
  const given = resolveSolveOptions(problem, options);
  const { scheme } = given;
  const mesh = timeMesh(problem, given);
  const work = new Work(plannedWork(problem, mesh, scheme), given.onProgress);
  const resolved = { ...given, onProgress: work.add };
  const solved = withMesh(problem, mesh, 1);
  const keep = typeof resolved.keep === 'number' ? keptLevels(resolved.keep, problem.times) : resolved.keep;
  const main = solveFor(solved, resolved, scheme, keep, true);
  const isSolved = main.solution.status === 'converged';
  const monotone =
    scheme === 'monotone' || main.solution.endless ? main : solveFor(solved, resolved, 'monotone', 'query');
  const estimates = isSolved ? estimatesOf(problem, mesh, resolved, scheme, main) : null;
  const monotoneEstimates =
    scheme === 'monotone' || !isSolved ? estimates : estimatesOf(problem, mesh, resolved, 'monotone', monotone);
  const errors = estimates?.points.map((point) => point?.value ?? null) ?? [];
  const truncation = estimates === null ? null : truncationOf(problem, mesh, resolved, scheme, estimates.half, errors);
  const apart = isSolved ? valuesApart(problem, mesh, resolved, scheme) : [];
  work.end();
  return answerOf(solved, resolved, { main, monotone, estimates, monotoneEstimates, truncation, apart, started });
}

function answerOf(problem: ControlProblem, options: SolveOptions, parts: Parts): Answer {
  const { main, monotone, truncation } = parts;
  const { solution, points } = main;
  const { errors, disagreeing } = valueErrors(parts);
  const total = errors.map((error, i) => (error === null ? null : error + (truncation?.values[i] ?? 0)));
  const orders = ordersOf(parts);
  const firstOffender = solution.monotone.firstOffender ?? monotone.solution.monotone.firstOffender;
  return {
    ...verdictOf(parts),
    values: points.map((point) => finite(point?.value)),
    controls: points.map((point) => named(problem, point?.controls)),
    inside: options.query.map(({ t, x }) => isInside(problem, t, x)),
    errorEstimates: {
      values: total,
      controls: points.map((_, i) => named(problem, controlErrors(parts, i))),
    },
    observedOrder: orders.length === 0 ? null : orders[Math.floor(orders.length / 2)],
    monotone: { space: firstOffender === null, time: SCHEMES[options.scheme].isMonotone, firstOffender },
    monotoneValues: monotone.points.map((point) => finite(point?.value)),
    truncation: truncation?.values ?? null,
    warnings: warningsOf(problem, options, parts, disagreeing),
    policyIterations: solution.policyIterations,
    residual: solution.residual,
    kernel: solution.kernel,
    seconds: (performance.now() - parts.started) / 1000,
    solution,
    problem,
    fallback: solution.fallback ?? null,
  };
}

/** Estimates, raised to the difference from the monotone value where that is larger than both estimates together. */
function valueErrors({ main, monotone, estimates, monotoneEstimates }: Parts): {
  errors: (number | null)[];
  disagreeing: number[];
} {
  const disagreeing: number[] = [];
  const errors = main.points.map((point, i) => {
    const own = finite(estimates?.points[i]?.value);
    const other = finite(monotoneEstimates?.points[i]?.value);
    if (own === null || other === null) return own;
    const apart = difference(point, monotone.points[i])!;
    if (apart <= own + other) return own;
    disagreeing.push(i);
    return apart;
  });
  return { errors, disagreeing };
}

/** Of the grid and of the truncation. */
function controlErrors({ estimates, truncation }: Parts, i: number): number[] | undefined {
  return estimates?.points[i]?.controls.map((error, j) => error + (truncation?.controls[i]?.[j] ?? 0));
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
