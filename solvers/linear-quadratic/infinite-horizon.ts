import { EigenvalueDecomposition, LuDecomposition, Matrix } from 'ml-matrix';
import { followPath } from './dormand-prince.js';
import { pack, rateOf, statusOf, unpack } from './finite-horizon.js';
import type { ResolvedOptions } from './options.js';
import type { ResolvedProblem } from './problem.js';
import { feedbackOf, largestEntry, noiseCost, riccatiRate, symmetricPart } from './riccati-equation.js';
import type { LinearQuadraticStatus, Quadratic, RiccatiResult } from './solution.js';

/** Relative residual and step tolerance of the march, before Newton's method takes over. */
const MARCH = { residual: 1e-6, tolerance: 1e-7 };
const LARGEST_RESIDUAL = 1e-9;
const MAXIMUM_NEWTON_STEPS = 30;

/**
 * The limit of the value as the horizon grows, from no terminal cost (from x'x where R alone has no minimiser): the
 * Riccati equation is followed until it hardly moves, then solved by Newton's method (Kleinman 1968).
 */
export function solveInfiniteHorizon(problem: ResolvedProblem, { maximumSteps }: ResolvedOptions): RiccatiResult {
  const zero = Matrix.zeros(problem.A.rows, problem.A.rows);
  const start = feedbackOf(problem, zero) === null ? Matrix.eye(problem.A.rows) : zero;
  const path = followPath(rateOf(problem), pack(start, 0), {
    end: Infinity,
    tolerance: MARCH.tolerance,
    maximumSteps,
    keepsPath: false,
    isFinished: (y) => relativeResidual(problem, unpack(y).P) <= MARCH.residual,
  });
  const marched = unpack(path.points[path.points.length - 1]).P;
  const status = statusOf(path, marched);
  const isClose = status === 'converged' || status === 'max_iterations';
  const { P, correction } = isClose ? newton(problem, marched) : { P: marched, correction: NaN };
  const costRate = noiseCost(problem, P);
  return {
    status: isClose ? stationaryStatus(problem, P, status === 'converged') : status,
    reached: Infinity,
    steps: path.steps,
    costRate,
    errorEstimates: { P: correction, constant: perpetual(problem, correction * largestEntry(problem.covariance)) },
    after: (): Quadratic => ({ P, constant: perpetual(problem, costRate) }),
  };
}

/** What a flow is worth for ever; left out of the value where nothing discounts it. */
function perpetual({ discount }: ResolvedProblem, flow: number): number {
  return discount === 0 ? 0 : flow / discount;
}

/** `converged` where the equation holds and P is either close to the march or the one solution with a stable loop. */
function stationaryStatus(problem: ResolvedProblem, P: Matrix, isMarchDone: boolean): LinearQuadraticStatus {
  const isStationary = relativeResidual(problem, P) <= LARGEST_RESIDUAL;
  return isStationary && (isMarchDone || isStable(problem, P)) ? 'converged' : 'max_iterations';
}

/** Whether the closed loop decays; not decided, so false, where noise is in proportion to the state or the control. */
function isStable(problem: ResolvedProblem, P: Matrix): boolean {
  const rates = new EigenvalueDecomposition(closedLoop(problem, P).loop).realEigenvalues;
  return problem.noise.length === 0 && rates.every((rate) => rate < problem.discount / 2);
}

/** The rate of P against the largest of the terms that it is the sum of. */
function relativeResidual(problem: ResolvedProblem, P: Matrix): number {
  const rate = riccatiRate(problem, P);
  if (rate === null) return Infinity;
  const terms = largestEntry(problem.Q) + largestEntry(P.mmul(problem.A)) + problem.discount * largestEntry(P);
  return largestEntry(rate) / (terms + Number.MIN_VALUE);
}

/** P + H until the residual no longer falls; `correction` is the largest entry of the last H that was taken. */
function newton(problem: ResolvedProblem, start: Matrix): { P: Matrix; correction: number } {
  let [P, correction, residual] = [start, 0, relativeResidual(problem, start)];
  for (let step = 0; step < MAXIMUM_NEWTON_STEPS && residual > 0; step += 1) {
    const H = newtonStep(problem, P);
    if (H === null) break;
    const next = Matrix.add(P, H);
    const nextResidual = relativeResidual(problem, next);
    if (!(nextResidual < residual)) break;
    [P, correction, residual] = [next, largestEntry(H), nextResidual];
  }
  return { P, correction };
}

/**
 * H with M'H + H M + sum_k N_k'H N_k - discount H = -P', the linearised Riccati equation, where
 * M = A - B gain + 2 theta G G'P and N_k = C_k - D_k gain; null where it is singular.
 */
function newtonStep(problem: ResolvedProblem, P: Matrix): Matrix | null {
  const { A, B, noise, covariance, risk, discount } = problem;
  const { gain } = feedbackOf(problem, P)!;
  const n = A.rows;
  const M = Matrix.sub(A, B.mmul(gain))
    .add(covariance.mmul(P).mul(2 * risk))
    .transpose();
  const eye = Matrix.eye(n);
  const operator = M.kroneckerProduct(eye)
    .add(eye.kroneckerProduct(M))
    .sub(Matrix.eye(n * n).mul(discount));
  for (const { C, D } of noise) {
    const N = Matrix.sub(C, D.mmul(gain)).transpose();
    operator.add(N.kroneckerProduct(N));
  }
  const factors = new LuDecomposition(operator);
  if (factors.isSingular()) return null;
  const rate = riccatiRate(problem, P)!.mul(-1).to1DArray();
  return symmetricPart(Matrix.from1DArray(n, n, factors.solve(Matrix.columnVector(rate)).to1DArray()));
}

/** A - B gain + 2 theta G G'P. */
function closedLoop(problem: ResolvedProblem, P: Matrix): { loop: Matrix; gain: Matrix } {
  const { A, B, covariance, risk } = problem;
  const { gain } = feedbackOf(problem, P)!;
  return { loop: Matrix.sub(A, B.mmul(gain)).add(covariance.mmul(P).mul(2 * risk)), gain };
}
