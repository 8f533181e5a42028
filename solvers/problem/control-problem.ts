import { HjbLrError, type Issue } from '../../src/errors.js';

/**
 * What holds at a face of the domain. `reflecting`: zero derivative, outward drift suppressed. `natural`: the equation
 * holds at the face itself; refused where drift can point outward or the diffusion does not vanish.
 */
export type Boundary = 'reflecting' | 'natural';

export interface StateAxis {
  readonly name: string;
  /** Nodes in natural units, strictly increasing, at least 3; positive where the coordinate is `log`. */
  readonly grid: readonly number[];
  /** Where differences are taken: in the state itself, or in its logarithm (with Ito's correction). */
  readonly coordinate: 'identity' | 'log';
  /** Lower and upper face. */
  readonly boundary: readonly [Boundary, Boundary];
}

/**
 * A controlled diffusion dX = drift(X, u) dt + sigma(X, u) dW, sigma sigma^T = covariance, on a rectangle of one or two
 * states, over [0, T] with one scalar control:
 *   V(t, x) = min_u E[ integral_t^T runningCost ds + terminalCost(X_T) ]   (max for `maximize`).
 *
 * Coefficients do not depend on time. Unless `polynomial` is false, drift, running cost and covariance are polynomials of
 * degree <= 2 in u between the points of `controlBreaks`, and the minimiser is exact; otherwise it is searched.
 */
export interface ControlProblem {
  readonly name: string;
  readonly objective: 'minimize' | 'maximize';
  /** T > 0 */
  readonly horizon: number;
  /** One or two. */
  readonly states: readonly StateAxis[];
  readonly control: {
    readonly name: string;
    readonly lower: (x: readonly number[]) => number;
    readonly upper: (x: readonly number[]) => number;
  };
  /** Writes the drift of each state into `out`. */
  readonly drift: (x: readonly number[], u: number, out: Float64Array) => void;
  /** Writes the row-major covariance matrix into `out`. */
  readonly covariance: (x: readonly number[], u: number, out: Float64Array) => void;
  readonly runningCost: (x: readonly number[], u: number) => number;
  readonly terminalCost: (x: readonly number[]) => number;
  /** Controls at which drift, covariance or cost change their polynomial (or, searched, have a kink). */
  readonly controlBreaks?: (x: readonly number[]) => readonly number[];
  /** true unless given */
  readonly polynomial?: boolean;
  /** Time levels, strictly increasing from 0 to T. */
  readonly times: readonly number[];
}

/**
 * Checks a problem at the door.
 * @throws E_INVALID with every issue and its path
 */
export function requireProblem(problem: ControlProblem): void {
  const issues: Issue[] = [...problem.states.flatMap(axisIssues), ...timeIssues(problem)];
  const { objective } = problem;
  if (objective !== 'minimize' && objective !== 'maximize') {
    issues.push({ path: 'objective', message: `must be minimize or maximize, got ${String(objective)}` });
  }
  if (problem.states.length < 1 || problem.states.length > 2) {
    issues.push({ path: 'states', message: `one or two states, got ${problem.states.length}` });
  }
  if (issues.length === 0) return;
  throw new HjbLrError('E_INVALID', `The control problem "${problem.name}" is not well posed.`, {
    remedy: 'Correct these fields.',
    issues,
  });
}

const BOUNDARIES: readonly string[] = ['reflecting', 'natural'] satisfies Boundary[];

function axisIssues({ name, grid, coordinate, boundary }: StateAxis, i: number): Issue[] {
  const path = `states.${i}.grid`;
  const issues: Issue[] = [];
  if (grid.length < 3) issues.push({ path, message: `${name} needs at least 3 nodes, has ${grid.length}` });
  if (!isIncreasing(grid)) issues.push({ path, message: `the nodes of ${name} must be finite and increase strictly` });
  if (coordinate === 'log' && !(grid[0] > 0))
    issues.push({ path, message: `${name} has the coordinate log and must be positive` });
  if (!['identity', 'log'].includes(coordinate)) {
    issues.push({ path: `states.${i}.coordinate`, message: `must be identity or log, got ${String(coordinate)}` });
  }
  boundary.forEach((face, side) => {
    if (BOUNDARIES.includes(face)) return;
    const message = `must be one of ${BOUNDARIES.join(', ')}, got ${JSON.stringify(face)}`;
    issues.push({ path: `states.${i}.boundary.${side}`, message });
  });
  return issues;
}

function timeIssues({ times, horizon }: ControlProblem): Issue[] {
  if (!(horizon > 0 && Number.isFinite(horizon)))
    return [{ path: 'horizon', message: `must be positive and finite, got ${horizon}` }];
  const whole = times[0] === 0 && times[times.length - 1] === horizon;
  return whole && isIncreasing(times)
    ? []
    : [{ path: 'times', message: `must increase strictly from 0 to the horizon ${horizon}` }];
}

function isIncreasing(values: readonly number[]): boolean {
  return values.every((value, i) => Number.isFinite(value) && (i === 0 || value > values[i - 1]));
}
