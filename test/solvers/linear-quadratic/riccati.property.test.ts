import { test } from '@jest/globals';
import fc from 'fast-check';
import { Matrix, solve } from 'ml-matrix';
import {
  solveLinearQuadratic,
  type LinearQuadraticProblem,
  type Rows,
} from '../../../solvers/linear-quadratic/index.js';
import { within } from '../../helpers/within.js';

const entry = fc.double({ min: -1, max: 1, noNaN: true });
const matrix = (height: number, width: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(entry, { minLength: width, maxLength: width }), { minLength: height, maxLength: height });

/** M'M + floor I. */
function positive(rows: Rows, floor: number): number[][] {
  const M = new Matrix(rows.map((row) => [...row]));
  return M.transpose().mmul(M).add(Matrix.eye(M.columns).mul(floor)).to2DArray();
}

const problems: fc.Arbitrary<LinearQuadraticProblem> = fc.record({
  A: matrix(2, 2),
  B: matrix(2, 2),
  C: fc.tuple(matrix(2, 2)),
  D: fc.tuple(matrix(2, 2)),
  G: matrix(2, 1),
  Q: matrix(2, 2).map((rows) => positive(rows, 0.1)),
  R: matrix(2, 2).map((rows) => positive(rows, 0.5)),
  QT: matrix(2, 2).map((rows) => positive(rows, 0)),
  discount: fc.double({ min: 0, max: 1, noNaN: true }),
  horizon: fc.double({ min: 0.2, max: 2, noNaN: true }),
});
const STEPS = { rel: 1e-8, abs: 1e-9, because: 'steps at 1e-11 on both sides' };
const X = [0.7, -1.1];

test('P solves the Hamilton-Jacobi-Bellman equation: no control does better, the gain does it', () => {
  // d/dt of the value along the path against the least of cost + drift + noise, by differences in t.
  fc.assert(
    fc.property(problems, fc.tuple(entry, entry), (problem, away) => {
      const solution = solveLinearQuadratic(problem);
      const t = problem.horizon as number / 2; // prettier-ignore
      const h = 1e-4;
      const inTime = (solution.value(t + h, X) - solution.value(t - h, X)) / (2 * h);
      const { P } = solution.at(t);
      const best = solution.control(t, X);
      const least = hamiltonian(problem, P, X, best);
      const discounted = (problem.discount ?? 0) * solution.value(t, X);
      within(inTime + least, discounted, { rel: 1e-5, abs: 1e-5, because: 'difference in time of 1e-4' });
      const other = hamiltonian(problem, P, X, [best[0] + away[0], best[1] + away[1]]);
      if (!(other >= least - 1e-9)) throw new Error(`${other} is below ${least}`);
    }),
    { numRuns: 25 },
  );
});

/** x'Q x + u'R u + 2 x'P (A x + B u) + sum (C x + D u)'P (C x + D u) + tr(G'P G), entry by entry. */
function hamiltonian(
  { A, B, C, D, G, Q, R }: LinearQuadraticProblem,
  P: Rows,
  x: readonly number[],
  u: readonly number[],
): number {
  const drift = plus(times(A, x), times(B, u));
  const noise = plus(times(C![0], x), times(D![0], u));
  const additive = G!.map(([g]) => g);
  const form = (M: Rows, a: readonly number[], b = a): number =>
    times(M, b).reduce((sum, value, i) => sum + a[i] * value, 0);
  return form(Q, x) + form(R, u) + 2 * form(P, x, drift) + form(P, noise) + form(P, additive);
}

function times(rows: Rows, vector: readonly number[]): number[] {
  return rows.map((row) => row.reduce((sum, value, j) => sum + value * vector[j], 0));
}

function plus(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value + b[i]);
}

test('other coordinates x = M y give the same value', () => {
  fc.assert(
    fc.property(problems, matrix(2, 2), (problem, skew) => {
      const M = new Matrix(skew).add(Matrix.eye(2).mul(2.5));
      const inverse = solve(M, Matrix.eye(2));
      const matrixOf = (rows: Rows): Matrix => new Matrix(rows.map((row) => [...row]));
      const operator = (rows: Rows): number[][] => inverse.mmul(matrixOf(rows)).mmul(M).to2DArray();
      const into = (rows: Rows): number[][] => inverse.mmul(matrixOf(rows)).to2DArray();
      const form = (rows: Rows): number[][] => {
        const product = M.transpose().mmul(matrixOf(rows)).mmul(M);
        return Matrix.add(product, product.transpose()).mul(0.5).to2DArray();
      };
      const { A, B, C, D, G, Q, QT } = problem;
      const turned = {
        ...problem,
        ...{ A: operator(A), B: into(B), C: C!.map(operator), D: D!.map(into), G: into(G!), Q: form(Q), QT: form(QT!) },
      };
      const y = inverse.mmul(Matrix.columnVector(X)).to1DArray();
      within(solveLinearQuadratic(turned).value(0, y), solveLinearQuadratic(problem).value(0, X), STEPS);
    }),
    { numRuns: 25 },
  );
});

test('a cost of state and control together is a shift of the control', () => {
  // u = v - R^-1 S x turns x'Qx + 2 x'S'u + u'Ru into x'(Q - S'R^-1 S)x + v'Rv, A into A - B R^-1 S, C into C - D R^-1 S.
  fc.assert(
    fc.property(problems, matrix(2, 2), (problem, S) => {
      const of = (rows: Rows): Matrix => new Matrix(rows.map((row) => [...row]));
      const shift = solve(of(problem.R), of(S));
      const symmetric = (M: Matrix): number[][] => Matrix.add(M, M.transpose()).mul(0.5).to2DArray();
      const shifted = {
        ...problem,
        A: Matrix.sub(of(problem.A), of(problem.B).mmul(shift)).to2DArray(),
        C: problem.C!.map((C, k) => Matrix.sub(of(C), of(problem.D![k]).mmul(shift)).to2DArray()),
        Q: symmetric(Matrix.sub(of(problem.Q), of(S).transpose().mmul(shift))),
      };
      const together = solveLinearQuadratic({ ...problem, S });
      const apart = solveLinearQuadratic(shifted);
      if (together.status !== 'converged' || apart.status !== 'converged') return;
      within(together.value(0, X), apart.value(0, X), STEPS);
    }),
    { numRuns: 25 },
  );
});
