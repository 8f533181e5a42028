import type { Matrix } from 'ml-matrix';
import type { Rows } from './problem.js';

/**
 * `converged`; `unbounded`, the cost of the control does not keep the value above minus infinity; `blow_up`, no control
 * keeps the cost finite; `max_iterations`, more steps are needed.
 */
export type LinearQuadraticStatus = 'converged' | 'unbounded' | 'blow_up' | 'max_iterations';

/** x'P x + constant. */
export interface Quadratic {
  readonly P: Matrix;
  readonly constant: number;
}

/** What either horizon hands to `solveLinearQuadratic`. */
export interface RiccatiResult {
  readonly status: LinearQuadraticStatus;
  readonly reached: number;
  readonly steps: number;
  readonly costRate: number;
  readonly errorEstimates: LinearQuadraticSolution['errorEstimates'];
  /** The value with this much time to go, at most `reached`. */
  readonly after: (timeToGo: number) => Quadratic;
}

/** Value and feedback at one time: V(t, x) = x'P x + constant, u = -gain x. */
export interface LinearQuadraticPoint {
  /** n x n, symmetric. */
  readonly P: Rows;
  readonly constant: number;
  /** m x n. */
  readonly gain: Rows;
}

/** The point at time 0, NaN throughout unless `status` is `converged`. */
export interface LinearQuadraticSolution extends LinearQuadraticPoint {
  readonly status: LinearQuadraticStatus;
  /** What to change, in a sentence; empty where converged. */
  readonly remedy: string;
  /** tr(G'P G), the cost of the additive noise per unit of time; without end or discount the value is x'P x beside it. */
  readonly costRate: number;
  /** Of the largest entry of P, and of the constant. */
  readonly errorEstimates: { readonly P: number; readonly constant: number };
  /** Steps of the Riccati equation. */
  readonly steps: number;
  /** Time to go up to which the Riccati equation was solved: the horizon where converged. */
  readonly reached: number;
  /** Throws E_INVALID where t is outside [horizon - reached, horizon]; without end any t >= 0 gives the same. */
  readonly at: (t: number) => LinearQuadraticPoint;
  /** V(t, x); throws as `at` does, and where x is not of length n. */
  readonly value: (t: number, x: readonly number[]) => number;
  /** The optimal control -gain x at time t; throws as `value` does. */
  readonly control: (t: number, x: readonly number[]) => number[];
}
