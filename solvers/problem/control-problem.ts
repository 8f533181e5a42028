import type { Jet } from '../../src/math/interval-jets.js';
import type { Interval } from '../../src/math/interval.js';

/** A function of the calendar time and the states. */
export type StateFunction = (t: number, x: readonly number[]) => number;

/**
 * What holds at a face of the domain.
 * - `natural`: the equation itself; refused where drift can point outward or the diffusion does not vanish.
 * - `reflecting`: zero derivative in the state, outward drift suppressed.
 * - `linear`: zero second derivative in the state, for truncated unbounded domains; mixed derivatives are left out too, and
 *   where drift points outward it is not monotone.
 * - `state_constraint`: only controls whose drift does not point outward.
 * - `periodic`: both faces are one; to be given for both.
 * - `dirichlet`: the value; it wins where faces meet.
 * - `slope`: dV/dstate, in the state itself.
 */
export type Boundary =
  | 'natural'
  | 'reflecting'
  | 'linear'
  | 'state_constraint'
  | 'periodic'
  | { readonly dirichlet: StateFunction }
  | { readonly slope: StateFunction };

export interface StateAxis {
  readonly name: string;
  /** Nodes in natural units, strictly increasing, at least 3; positive where the coordinate is `log`. */
  readonly grid: readonly number[];
  /** Where differences are taken: in the state itself, or in its logarithm (with Ito's correction). */
  readonly coordinate: 'identity' | 'log';
  /** Lower and upper face. */
  readonly boundary: readonly [Boundary, Boundary];
}

/** A control: an interval whose bounds may depend on time and state, or a finite set. */
export type ControlAxis =
  | {
      readonly name: string;
      readonly lower: StateFunction;
      readonly upper: StateFunction;
      /** Controls at which a coefficient changes its polynomial (or, searched, has a kink). */
      readonly breaks?: (t: number, x: readonly number[]) => readonly number[];
    }
  | { readonly name: string; readonly values: readonly number[] };

/**
 * A controlled diffusion dX = drift(t, X, u) dt + sigma(t, X, u) dW, sigma sigma^T = covariance, on a rectangle of one to
 * three states:
 *   V(t, x) = min_u E[ integral_t^T e^(-discount (s - t)) runningCost ds + e^(-discount (T - t)) terminalCost(X_T) ]
 * (max for `maximize`); over an infinite horizon without the second term and without dependence on t.
 */
export interface ControlProblem {
  readonly name: string;
  readonly objective: 'minimize' | 'maximize';
  /** T > 0, or infinite, which needs a positive discount, or a face with a given value (an obstacle) that ends every path. */
  readonly horizon: number | 'infinite';
  /** Rate per unit of time, >= 0; 0 unless given. */
  readonly discount?: number;
  /** One to three. */
  readonly states: readonly StateAxis[];
  /** None, one or two. */
  readonly controls: readonly ControlAxis[];
  /** Writes the drift of each state into `out`. `scenario` numbers the cases of an uncertain problem. */
  readonly drift: (t: number, x: readonly number[], u: readonly number[], out: Float64Array, scenario: number) => void;
  /** Writes the row-major covariance matrix into `out`. */
  readonly covariance: (
    t: number,
    x: readonly number[],
    u: readonly number[],
    out: Float64Array,
    scenario: number,
  ) => void;
  readonly runningCost: (t: number, x: readonly number[], u: readonly number[], scenario: number) => number;
  readonly terminalCost: (x: readonly number[]) => number;
  /** Time levels, strictly increasing from 0 to T; empty over an infinite horizon. */
  readonly times: readonly number[];
  /** Whether drift, covariance, running cost or control bounds depend on t; true unless given. (Faces always may.) */
  readonly timeDependent?: boolean;
  /**
   * Whether drift and running cost are polynomials of degree <= 2 in the one control between its breaks, and the
   * covariance is diagonal or one such polynomial times a matrix free of the control: then the minimiser is exact. Of a
   * finite set beside an interval this is said of the interval, under every value of the set. Otherwise the minimiser is
   * searched. True unless given; two intervals, and two finite sets, are always searched.
   */
  readonly polynomial?: boolean;
  /**
   * Whether drift, covariance and running cost are polynomials of degree <= 2 in each of two controls that are searched: then
   * a search evaluates them from nine samples at a node. False unless given.
   */
  readonly quadraticInEach?: boolean;
  /**
   * Where drift, covariance (row by row) and running cost, in this order, and their first two derivatives in one control
   * lie on a box of times, states and controls. With them a search for the best control is certain of the global optimum;
   * without, it sees as much as its samples.
   */
  readonly enclosures?: (
    t: Interval,
    x: readonly Interval[],
    u: readonly Interval[],
    control: number,
    scenario: number,
  ) => readonly Jet[];
  /** Optimal stopping at this cost (reward): the value never exceeds it when minimising, never falls below it otherwise. */
  readonly obstacle?: StateFunction;
  /** theta of the criterion (1/theta) ln E exp(theta cost), of the cost or of the reward; not with a discount. */
  readonly risk?: number;
  /** Cases of the coefficients; the worst one is taken at every node (max over cases of the cost). 1 unless given. */
  readonly scenarios?: number;
}
