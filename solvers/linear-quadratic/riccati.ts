import { HjbLrError } from '../../src/errors.js';
import { dot } from '../../src/math/vectors.js';
import { solveFiniteHorizon } from './finite-horizon.js';
import { solveInfiniteHorizon } from './infinite-horizon.js';
import { resolveOptions, type LinearQuadraticOptions } from './options.js';
import { resolveProblem, type LinearQuadraticProblem, type ResolvedProblem } from './problem.js';
import { feedbackOf } from './riccati-equation.js';
import type {
  LinearQuadraticPoint,
  LinearQuadraticSolution,
  LinearQuadraticStatus,
  Quadratic,
  RiccatiResult,
} from './solution.js';

const REMEDIES: Readonly<Record<LinearQuadraticStatus, string>> = {
  converged: '',
  unbounded: 'Raise the cost R of the control, or shorten the horizon: the value has no lower bound.',
  blow_up: 'Lower the risk parameter, raise the discount or shorten the horizon: no control keeps the cost finite.',
  max_iterations: 'Raise maximumSteps or the tolerance: rates of very different size take many steps.',
};

/**
 * Value V(t, x) = x'P x + constant and feedback u = -gain x of a linear-quadratic problem of any number of states and
 * free controls, from the Riccati equation in time to go,
 *   P' = A'P + P A + sum_k C_k'P C_k + Q - discount P + 2 theta P G G'P - L'W^-1 L,   P(0) = QT,
 *   constant' = tr(G'P G) - discount constant,   W = R + sum_k D_k'P D_k,   L = B'P + S + sum_k D_k'P C_k,
 *   gain = W^-1 L,
 * by adaptive steps of order 5; on an infinite horizon its limit, by Newton's method from a point close to it.
 *
 * @param problem - matrices by their rows, finite; Q, R and QT symmetric
 * @param options - tolerance of a step and the largest number of steps
 * @returns the value and gain at time 0 with status, remedy and error estimates, and functions of (t, x)
 * @throws E_INVALID with every wrong shape, number or combination of the problem and the options
 *
 * @example
 * const solution = solveLinearQuadratic({ A: [[0]], B: [[1]], Q: [[1]], R: [[1]], horizon: 1 });
 * solution.P[0][0]; // tanh(1)
 * solution.control(0, [2])[0]; // -2 tanh(1)
 *
 * Source: Yong & Zhou, Stochastic Controls (1999), ch. 6; Jacobson (1973) for the risk parameter.
 */
export function solveLinearQuadratic(
  problem: LinearQuadraticProblem,
  options: LinearQuadraticOptions = {},
): LinearQuadraticSolution {
  const resolved = resolveProblem(problem);
  const solve = resolved.horizon === Infinity ? solveInfiniteHorizon : solveFiniteHorizon;
  const result = solve(resolved, resolveOptions(options));
  const { status, reached, steps, costRate, errorEstimates } = result;
  const at = (t: number): LinearQuadraticPoint => pointOf(resolved, result.after(timeToGo(resolved, result, t)));
  return {
    ...(status === 'converged' ? at(0) : unknownPoint(resolved)),
    ...{ status, remedy: REMEDIES[status], costRate, errorEstimates, steps, reached, at },
    value: (t, x) => quadratic(at(t), checkedState(resolved, x)),
    control: (t, x) => at(t).gain.map((row) => -dot(row, checkedState(resolved, x))),
  };
}

function timeToGo({ horizon }: ResolvedProblem, { reached }: RiccatiResult, t: number): number {
  if (horizon === Infinity && t >= 0) return 0;
  if (horizon - t >= 0 && horizon - t <= reached && t >= 0) return horizon - t;
  throw new HjbLrError('E_INVALID', `The time ${t} is not one at which the problem was solved.`, {
    remedy: `Ask for times from ${Math.max(0, horizon - reached)} to ${horizon}.`,
    fields: { t, horizon, reached },
    issues: [{ path: 't', message: `must lie in [${Math.max(0, horizon - reached)}, ${horizon}]` }],
  });
}

function pointOf(problem: ResolvedProblem, { P, constant }: Quadratic): LinearQuadraticPoint {
  const gain = feedbackOf(problem, P)?.gain.to2DArray() ?? filledWithNaN(problem.R.rows, P.rows);
  return { P: P.to2DArray(), constant, gain };
}

function unknownPoint({ A, R }: ResolvedProblem): LinearQuadraticPoint {
  return { P: filledWithNaN(A.rows, A.rows), constant: NaN, gain: filledWithNaN(R.rows, A.rows) };
}

function filledWithNaN(height: number, width: number): number[][] {
  return Array.from({ length: height }, () => Array.from({ length: width }, () => NaN));
}

function checkedState({ A }: ResolvedProblem, x: readonly number[]): readonly number[] {
  if (x.length === A.rows) return x;
  throw new HjbLrError('E_INVALID', `The state has ${x.length} entries, the problem ${A.rows}.`, {
    remedy: 'Give one number for each state.',
    issues: [{ path: 'x', message: `must have length ${A.rows}` }],
  });
}

function quadratic({ P, constant }: LinearQuadraticPoint, x: readonly number[]): number {
  return constant + P.reduce((sum, row, i) => sum + x[i] * dot(row, x), 0);
}
