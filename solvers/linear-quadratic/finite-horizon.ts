import { Matrix } from 'ml-matrix';
import { dormandPrinceStep, followPath, type Path, type Rate } from './dormand-prince.js';
import type { ResolvedOptions } from './options.js';
import type { ResolvedProblem } from './problem.js';
import { largestEntry, noiseCost, riccatiRate } from './riccati-equation.js';
import type { LinearQuadraticStatus, Quadratic, RiccatiResult } from './solution.js';

/** Coarseness of the companion path from which the error is estimated. */
const COMPANION = 10;

/** P and the constant on [0, T], both from one path of the Riccati equation in time to go. */
export function solveFiniteHorizon(problem: ResolvedProblem, options: ResolvedOptions): RiccatiResult {
  const rate = rateOf(problem);
  const start = pack(problem.QT, 0);
  const pathAt = (tolerance: number): Path =>
    followPath(rate, start, { ...options, tolerance, end: problem.horizon, keepsPath: true });
  const path = pathAt(options.tolerance);
  const last = unpack(path.points[path.points.length - 1]);
  const coarse = pathAt(COMPANION * options.tolerance).points;
  const companion = unpack(coarse[coarse.length - 1]);
  return {
    status: statusOf(path, last.P),
    reached: path.times[path.times.length - 1],
    steps: path.steps,
    costRate: noiseCost(problem, last.P),
    errorEstimates: {
      P: largestEntry(Matrix.sub(last.P, companion.P)),
      constant: Math.abs(last.constant - companion.constant),
    },
    after: (timeToGo) => unpack(pointAt(path, rate, timeToGo)),
  };
}

/** (P, constant)' = (the Riccati rate, tr(G'P G) - discount constant), as one vector. */
export function rateOf(problem: ResolvedProblem): Rate {
  return (y) => {
    const { P, constant } = unpack(y);
    const rate = riccatiRate(problem, P);
    return rate && pack(rate, noiseCost(problem, P) - problem.discount * constant);
  };
}

export function pack(P: Matrix, constant: number): Float64Array {
  return Float64Array.from([...P.to1DArray(), constant]);
}

export function unpack(y: Float64Array): Quadratic {
  const n = Math.round(Math.sqrt(y.length - 1));
  return { P: Matrix.from1DArray(n, n, Array.from(y.subarray(0, n * n))), constant: y[n * n] };
}

/** Why the path ended, P there deciding by its trace to which side the value escapes. */
export function statusOf({ status }: Path, P: Matrix): LinearQuadraticStatus {
  if (status === 'finished') return 'converged';
  if (status === 'max_steps') return 'max_iterations';
  return status === 'undefined_rate' || P.trace() < 0 ? 'unbounded' : 'blow_up';
}

/** One step from the last point of the path before `time`: as accurate as the path. */
function pointAt({ times, points }: Path, rate: Rate, time: number): Float64Array {
  const after = times.findIndex((accepted) => accepted >= time);
  if (after === -1 || times[after] === time) return points[after === -1 ? points.length - 1 : after];
  const before = points[after - 1];
  return dormandPrinceStep(rate, before, rate(before)!, time - times[after - 1])!.point;
}
