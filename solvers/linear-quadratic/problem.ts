import { Matrix } from 'ml-matrix';
import type { Issue } from '../../src/errors.js';
import { issueUnless, refuseWhere } from '../input-issues.js';

/** A matrix by its rows. */
export type Rows = readonly (readonly number[])[];

/**
 * Linear dynamics and quadratic cost, n states and m free controls, all Brownian motions independent:
 *   dX = (A X + B u) dt + sum_k (C_k X + D_k u) dW_k + G dW,
 *   minimise E[ integral_0^T e^(-discount t) (X'Q X + 2 X'S'u + u'R u) dt + e^(-discount T) X_T' QT X_T ].
 */
export interface LinearQuadraticProblem {
  /** Drift of the state, n x n, per unit of time. */
  readonly A: Rows;
  /** Drift by the control, n x m. */
  readonly B: Rows;
  /** Noise in proportion to the state, an n x n matrix for each W_k, per root of time; zero where left out. */
  readonly C?: readonly Rows[];
  /** Noise in proportion to the control, an n x m matrix for each W_k, per root of time; zero where left out. */
  readonly D?: readonly Rows[];
  /** Noise that nothing moves, n x p, per root of time; zero where left out. */
  readonly G?: Rows;
  /** Cost of the state, n x n, symmetric, per unit of time. */
  readonly Q: Rows;
  /** Cost of state and control together, m x n; zero where left out. */
  readonly S?: Rows;
  /** Cost of the control, m x m, symmetric; may be singular or negative where R + sum_k D_k'P D_k is positive definite. */
  readonly R: Rows;
  /** Terminal cost, n x n, symmetric; zero where left out, refused on an infinite horizon. */
  readonly QT?: Rows;
  /** Per unit of time, >= 0; 0 where left out. */
  readonly discount?: number;
  /** T > 0, or for ever. */
  readonly horizon: number | 'infinite';
  /**
   * theta: the value is (1/theta) ln E exp(theta cost), averse to risk where positive; 0, the mean, where left out. Only
   * without discount and without noise in proportion to state or control.
   */
  readonly risk?: number;
}

/** The problem with every default filled in. */
export interface ResolvedProblem {
  readonly A: Matrix;
  readonly B: Matrix;
  readonly noise: readonly { readonly C: Matrix; readonly D: Matrix }[];
  /** G G', n x n. */
  readonly covariance: Matrix;
  readonly Q: Matrix;
  readonly S: Matrix;
  readonly R: Matrix;
  readonly QT: Matrix;
  readonly discount: number;
  readonly horizon: number;
  readonly risk: number;
}

/** The largest number of states for which the stationary equation is solved: its Newton system has n^2 unknowns. */
const LARGEST_STATIONARY = 40;

/** Checks the shapes and numbers of a problem and fills in its defaults; throws E_INVALID with every fault. */
export function resolveProblem(problem: LinearQuadraticProblem): ResolvedProblem {
  const n = problem.A.length;
  const m = problem.R.length;
  const { C, D, discount = 0, risk = 0 } = problem;
  const noises = Math.max(C?.length ?? 0, D?.length ?? 0);
  const issues = [...matrixIssues(problem, n, m), ...scalarIssues(problem, n)];
  if (C !== undefined && D !== undefined)
    issues.push(...issueUnless(C.length === D.length, 'D', `has ${D.length} matrices where C has ${C.length}`));
  refuseWhere(issues, 'linear-quadratic problem', 'Give each matrix with the shape that its comment states.');
  const G = problem.G === undefined ? Matrix.zeros(n, 1) : toMatrix(problem.G);
  return {
    A: toMatrix(problem.A),
    B: toMatrix(problem.B),
    noise: Array.from({ length: noises }, (_, k) => ({ C: orZero(C?.[k], n, n), D: orZero(D?.[k], n, m) })),
    covariance: G.mmul(G.transpose()),
    Q: toMatrix(problem.Q),
    S: orZero(problem.S, m, n),
    R: toMatrix(problem.R),
    QT: orZero(problem.QT, n, n),
    discount,
    horizon: problem.horizon === 'infinite' ? Infinity : problem.horizon,
    risk,
  };
}

function matrixIssues(problem: LinearQuadraticProblem, n: number, m: number): Issue[] {
  const { A, B, C = [], D = [], G, Q, S, R, QT } = problem;
  const columns = G?.[0]?.length ?? 1;
  return [
    ...shapeIssues('A', A, n, n),
    ...shapeIssues('B', B, n, m),
    ...C.flatMap((rows, k) => shapeIssues(`C.${k}`, rows, n, n)),
    ...D.flatMap((rows, k) => shapeIssues(`D.${k}`, rows, n, m)),
    ...(G === undefined ? [] : shapeIssues('G', G, n, columns)),
    ...symmetryIssues('Q', Q, n),
    ...(S === undefined ? [] : shapeIssues('S', S, m, n)),
    ...symmetryIssues('R', R, m),
    ...(QT === undefined ? [] : symmetryIssues('QT', QT, n)),
  ];
}

function scalarIssues({ C, D, QT, horizon, discount = 0, risk = 0 }: LinearQuadraticProblem, n: number): Issue[] {
  const isInfinite = horizon === 'infinite';
  const hasMultiplicativeNoise = (C?.length ?? 0) + (D?.length ?? 0) > 0;
  return [
    ...issueUnless(isInfinite || (Number.isFinite(horizon) && horizon > 0), 'horizon', 'must be > 0 or "infinite"'),
    ...issueUnless(Number.isFinite(discount) && discount >= 0, 'discount', 'must be a finite number >= 0'),
    ...issueUnless(Number.isFinite(risk), 'risk', 'must be a finite number'),
    ...issueUnless(risk === 0 || discount === 0, 'risk', 'must be 0 where the cost is discounted'),
    ...issueUnless(risk === 0 || !hasMultiplicativeNoise, 'risk', 'must be 0 where C or D is given'),
    ...issueUnless(!isInfinite || QT === undefined, 'QT', 'must be left out on an infinite horizon'),
    ...issueUnless(!isInfinite || n <= LARGEST_STATIONARY, 'A', `at most ${LARGEST_STATIONARY} states without end`),
  ];
}

function shapeIssues(path: string, rows: Rows, height: number, width: number): Issue[] {
  const isShaped = height > 0 && width > 0 && rows.length === height && rows.every((row) => row.length === width);
  if (!isShaped) return [{ path, message: `must be ${height} x ${width}, with at least one row and column` }];
  return issueUnless(rows.flat().every(Number.isFinite), path, 'must hold finite numbers only');
}

function symmetryIssues(path: string, rows: Rows, size: number): Issue[] {
  const issues = shapeIssues(path, rows, size, size);
  if (issues.length > 0) return issues;
  const isSymmetric = rows.every((row, i) => row.every((value, j) => isClose(value, rows[j][i])));
  return issueUnless(isSymmetric, path, 'must be symmetric');
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * (Math.abs(a) + Math.abs(b));
}

function orZero(rows: Rows | undefined, height: number, width: number): Matrix {
  return rows === undefined ? Matrix.zeros(height, width) : toMatrix(rows);
}

function toMatrix(rows: Rows): Matrix {
  return new Matrix(rows.map((row) => [...row]));
}
