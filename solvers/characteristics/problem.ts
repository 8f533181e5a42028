import { type Issue } from '../../src/errors.js';
import { issueUnless, refuseWhere } from '../input-issues.js';

/** Numbers to be read only. */
export type Vector = ArrayLike<number> & Iterable<number>;

/** Box of one control: lower <= u <= upper, either side may be infinite; equal bounds hold it fixed. */
export interface ControlBounds {
  readonly name?: string;
  readonly lower: number;
  readonly upper: number;
}

/**
 * A deterministic problem of n states and m controls:
 *   minimise integral_0^T l(t, x, u) dt + g(x(T)),   x' = f(t, x, u),   x(0) = start,   lower <= u <= upper.
 */
export interface DeterministicProblem {
  /** x(0), length n >= 1. */
  readonly start: readonly number[];
  /** T > 0 */
  readonly horizon: number;
  /** Length m >= 1. */
  readonly controls: readonly ControlBounds[];
  /** Writes f(t, x, u), all n entries, into `out`. */
  readonly dynamics: (t: number, x: Vector, u: Vector, out: Float64Array) => void;
  /** l; zero where left out. */
  readonly runningCost?: (t: number, x: Vector, u: Vector) => number;
  /** g */
  readonly terminalCost: (x: Vector) => number;
  /** Derivatives by formula; where left out, central differences of the functions above take their place. */
  readonly gradients?: CostateGradients;
}

/** Derivatives in the form that the costate equation needs: products of the Jacobians with p, never whole Jacobians. */
export interface CostateGradients {
  /** Writes the gradients of H = l(t, x, u) + p'f(t, x, u) in x (n entries) and in u (m entries). */
  readonly hamiltonian: (
    t: number,
    x: Vector,
    u: Vector,
    p: Vector,
    inState: Float64Array,
    inControl: Float64Array,
  ) => void;
  /** Writes the gradient of g, all n entries. */
  readonly terminalCost: (x: Vector, out: Float64Array) => void;
}

/** What a trajectory needs: the problem without its derivatives. */
export type FollowedProblem = Required<Omit<DeterministicProblem, 'gradients'>>;

/** The problem with its costs and derivatives filled in; `usesDifferences` says whether by differences. */
export interface ResolvedProblem extends Required<DeterministicProblem> {
  readonly usesDifferences: boolean;
}

/** Every fault of a problem, with its path. */
export function problemIssues({ start, horizon, controls }: DeterministicProblem): Issue[] {
  return [
    ...issueUnless(start.length > 0 && start.every(Number.isFinite), 'start', 'must hold finite numbers, at least one'),
    ...issueUnless(Number.isFinite(horizon) && horizon > 0, 'horizon', 'must be a finite number > 0'),
    ...issueUnless(controls.length > 0, 'controls', 'must hold at least one control'),
    ...controls.flatMap(boundsIssues),
  ];
}

function boundsIssues({ lower, upper }: ControlBounds, j: number): Issue[] {
  const isBox = lower <= upper && lower < Infinity && upper > -Infinity;
  return issueUnless(isBox, `controls.${j}`, `has no room between ${lower} and ${upper}`);
}

/** Throws E_INVALID with every issue of a problem, its controls or its options. */
export function refuseProblem(issues: readonly Issue[]): void {
  refuseWhere(issues, 'deterministic problem', 'Correct each of the fields named.');
}
