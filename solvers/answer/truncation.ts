import { HjbLrError } from '../../src/errors.js';
import type { Scheme } from '../discretization/schemes.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { withMesh, type TimeMesh } from '../time-mesh/index.js';
import type { SolveOptions } from './answer.js';
import { coarser, wider, type MovedFaces } from './companions.js';
import { charged, leaningFaces } from './leaning.js';
import { solveFor, type Point, type Solved } from './solved.js';

/** What cutting the domain off at its faces does to the answer at each query, and whether the answer has an end. */
export interface Truncation {
  /** Of the value and the controls; null where a companion has none. */
  readonly values: readonly (number | null)[];
  readonly controls: readonly (readonly number[] | null)[];
  /** By how much values change where drift out of a reflecting face that the policy leans on is charged; 0 where it leans on none. */
  readonly leaned: readonly number[];
  /** Queries whose value goes on moving, by no less each time, as the domain widens. */
  readonly unbounded: readonly number[];
  readonly trouble: readonly string[];
}

/** Shares of an axis by which its faces are moved out, one after the other, with one state, and with more. */
const WIDENINGS: readonly (readonly number[])[] = [
  [0.25, 0.75, 1.75, 3.75],
  [0.25, 0.75],
  [0.25, 0.5],
];

/** Where a widening changes the values by less than this share of their other errors the next one is not needed. */
const NEGLIGIBLE = 0.1;

/** A change of this share of the one before, or more, does not shrink. */
const SHRINKS = 0.9;

/** Widenings in a row whose changes do not shrink, and relative to the value are no less than this: it has no end. */
const ENDLESS = 3;
const NOTABLE = 0.02;

/**
 * The problem on half the nodes beside itself on wider and wider domains: the change of the answer, the largest of all, and
 * what a geometric series goes on by. Widened again as often as the answer still moves.
 *
 * @param half - the solve on half the nodes, from which the changes count; null where there is none
 * @param errors - other errors of the values, beside which a change may be negligible
 * @returns null where no face can move, or there is no solve on half the nodes
 */
export function truncationOf(
  problem: ControlProblem,
  mesh: TimeMesh,
  options: SolveOptions,
  scheme: Scheme,
  half: Solved | null,
  errors: readonly (number | null)[],
): Truncation | null {
  // Asked for none, it is looked at only for whether the value has an end, over an infinite horizon.
  if (options.widerDomain === false && problem.horizon !== 'infinite') return null;
  const moved: MovedFaces = options.widerDomain === true ? 'all' : 'truncated';
  const coarse = coarser(problem)?.problem ?? problem;
  if (half === null || wider(coarse, WIDENINGS[0][0], moved) === null) return null;
  const base = half;
  const solves: Solved[] = [base];
  const trouble: string[] = [];
  let keepsSign = false;
  for (const share of WIDENINGS[problem.states.length - 1]) {
    const solveWider = (): Solved | string =>
      solveOn(withMesh(wider(coarse, share, moved, keepsSign)!, mesh, 2), options, scheme);
    let wide = solveWider();
    if (typeof wide === 'string' && !keepsSign && wide.startsWith(NO_TRUNCATION)) {
      // Many problems hold for positive states alone.
      keepsSign = true;
      wide = solveWider();
    }
    if (typeof wide === 'string') {
      if (solves.length === 1) return nothing(base, [wide]);
      break;
    }
    solves.push(wide);
    if (isSettled(solves, errors)) break;
  }
  const points = base.points.map((_, i) => solves.map(({ points: all }) => all[i]));
  const values = points.map(movedBy);
  const isCounted = options.widerDomain !== false;
  const endless = points.flatMap((list, i) => (isEndless(list) ? [i] : []));
  const isConfirmed = endless.length > 0 && (scheme === 'monotone' || monotoneMoves(coarse, mesh, options, endless));
  return {
    values: isCounted ? values : values.map(() => 0),
    controls: points.map((list) => (isCounted ? controlsMovedBy(list) : [])),
    leaned: isCounted ? leanedBy(coarse, mesh, options, scheme, base) : points.map(() => 0),
    unbounded: isConfirmed ? endless : [],
    trouble,
  };
}

/** A face at which the policy drifts out at less than this share of its nodes and levels is not leaned on as a whole. */
const LEANED = 0.5;

/**
 * By how much the values change where drift out of the reflecting faces that the policy leans on costs what the value changes
 * by along the axis: of a wall that only holds noise they hardly do, and of one that is a free bailout they do, however wide
 * the domain.
 */
function leanedBy(
  coarse: ControlProblem,
  mesh: TimeMesh,
  options: SolveOptions,
  scheme: Scheme,
  { problem, solution, points }: Solved,
): number[] {
  const faces = leaningFaces(problem, solution).filter(
    ({ axis, side, share }) => problem.states[axis].boundary[side] === 'reflecting' && share >= LEANED,
  );
  const none = points.map(() => 0);
  if (faces.length === 0) return none;
  const size = Math.max(...points.map((point) => Math.abs(point?.value ?? 0)));
  const shortest = Math.min(...faces.map(({ axis }) => lengthOf(problem.states[axis].grid)));
  const solved = solveOn(withMesh(charged(coarse, faces, size / shortest), mesh, 2), options, scheme);
  if (typeof solved === 'string') return none;
  return points.map((point, i) => Math.abs((solved.points[i]?.value ?? NaN) - (point?.value ?? NaN)) || 0);
}

function lengthOf(grid: readonly number[]): number {
  return grid[grid.length - 1] - grid[0];
}

/**
 * Whether the values of the monotone scheme move too, from the domain itself to the widest one: those of the filtered scheme
 * may move because it is held to the range of all values, which grows with the domain.
 */
function monotoneMoves(
  coarse: ControlProblem,
  mesh: TimeMesh,
  options: SolveOptions,
  queries: readonly number[],
): boolean {
  const moved: MovedFaces = options.widerDomain === true ? 'all' : 'truncated';
  const widest = WIDENINGS[coarse.states.length - 1].at(-1)!;
  const [own, wide] = [coarse, wider(coarse, widest, moved)!].map((one) =>
    solveOn(withMesh(one, mesh, 2), options, 'monotone'),
  );
  if (typeof own === 'string' || typeof wide === 'string') return true;
  return queries.some((i) => {
    const [before, after] = [own.points[i]?.value ?? NaN, wide.points[i]?.value ?? NaN];
    return !(Math.abs(after - before) <= NOTABLE * Math.abs(after));
  });
}

const NO_TRUNCATION = 'no truncation';

function nothing({ points }: Solved, trouble: readonly string[]): Truncation {
  return {
    values: points.map(() => null),
    controls: points.map(() => null),
    leaned: points.map(() => 0),
    unbounded: [],
    trouble,
  };
}

/** A solve, or in words why there is none. @throws E_INVALID where a wider domain was asked for by name */
function solveOn(problem: ControlProblem, options: SolveOptions, scheme: Scheme): Solved | string {
  try {
    const solved = solveFor(problem, options, scheme, 'query');
    return solved.solution.status === 'converged' ? solved : `wider domain: ${solved.solution.status}`;
  } catch (error) {
    if (!(error instanceof HjbLrError) || error.code !== 'E_INVALID') throw error;
    if (options.widerDomain === true) throw refusal(error);
    return `${NO_TRUNCATION}: the problem does not hold on a wider domain (${error.issues.map(({ path, message }) => `${path}: ${message}`).join('; ')})`; // prettier-ignore
  }
}

function refusal(error: HjbLrError): HjbLrError {
  const issues = error.issues.map(({ path, message }) => ({ path: 'wider_domain', message: `${path}: ${message}` }));
  return new HjbLrError('E_INVALID', 'The problem does not hold on the wider domain that was asked for.', {
    remedy: 'Leave the wider domain out, or write the problem so that it holds beyond the faces of its own.',
    issues,
  });
}

/** Whether the last widening changed no value by more than a share of its other errors. */
function isSettled(solves: readonly Solved[], errors: readonly (number | null)[]): boolean {
  const [before, last] = solves.slice(-2);
  return last.points.every((point, i) => {
    const other = before.points[i];
    if (point === null || other === null) return true;
    const controlMoves = point.controls.some((u, j) => Math.abs(u - other.controls[j]) > 1e-2 * (Math.abs(u) + 1e-9));
    return Math.abs(point.value - other.value) <= NEGLIGIBLE * (errors[i] ?? 0) && !controlMoves;
  });
}

/** The furthest from the first, and on by a geometric series. */
function movedBy(points: readonly (Point | null)[]): number | null {
  if (points.some((point) => point === null)) return null;
  return reach(points.map((point) => point!.value));
}

function controlsMovedBy(points: readonly (Point | null)[]): number[] | null {
  if (points.some((point) => point === null)) return null;
  return points[0]!.controls.map((_, j) => reach(points.map((point) => point!.controls[j])));
}

function reach(values: readonly number[]): number {
  const furthest = values.reduce((most, value) => Math.max(most, Math.abs(value - values[0])), 0);
  const changes = values.slice(1).map((value, k) => Math.abs(value - values[k]));
  const last = changes[changes.length - 1];
  if (changes.length < 2) return furthest;
  const ratio = Math.min(last / changes[changes.length - 2] || 0, SHRINKS);
  return furthest + (last * ratio) / (1 - ratio);
}

function isEndless(points: readonly (Point | null)[]): boolean {
  if (points.some((point) => point === null)) return false;
  const values = points.map((point) => point!.value);
  const changes = values.slice(1).map((value, k) => value - values[k]);
  if (changes.length < ENDLESS) return false;
  const last = changes.slice(-ENDLESS);
  const grows = last.every((change, k) => k === 0 || change / last[k - 1] >= SHRINKS);
  return grows && Math.abs(last[ENDLESS - 1]) > NOTABLE * Math.abs(values[values.length - 1]);
}
