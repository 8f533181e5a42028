import type { z } from 'zod';
import type { StateFilter } from './state-filter.js';

/** Units of the dimensionless parameters. */
export interface Scales {
  /** L0: mean first loss of the pilot runs. */
  readonly firstLoss: number;
  /** U: largest usable learning rate. */
  readonly peak: number;
  /** T: updates of the full run. */
  readonly horizon: number;
}

/** Log-normal prior of one dimensionless parameter. */
export interface Prior {
  readonly median: number;
  /** Standard deviation of the logarithm. */
  readonly logDeviation: number;
  /** Median and deviation that whole runs of other problems show, where the fit holds the parameter elsewhere or tighter. */
  readonly study?: { readonly median: number; readonly logDeviation: number };
  readonly reason: string;
}

/** Why a parameter has a value that no run is asked about. */
export interface SetByHand {
  readonly reason: string;
}

/** A state filter as files hold it: whose it is, its natural parameters, and the states' logarithms before any loss. */
export interface FilterDescription {
  readonly kind: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly initial: { readonly mean: readonly number[]; readonly covariance: readonly (readonly number[])[] };
}

/** Moves the logarithms of the states, in place, over a number of updates at one rate. */
export type Flow = (x: Float64Array, rate: number, updates: number) => void;

/** What the solver and the policy have to know of a state. */
export interface StateAxis {
  /** As figures call it. */
  readonly words: string;
  /** Nodes of the solver's grid where an experiment gives no others. */
  readonly nodes: number;
  /** The state whose number of nodes it takes where an experiment gives that alone. */
  readonly nodesLike?: string;
  /** Whether the policy still follows it down to 0; otherwise a state far below the fitted domain is out of support. */
  readonly mayVanish: boolean;
}

/** A state of a fitted closure: its axis in the control problem, and its mean at update 0. */
export interface ClosureState {
  name: string;
  domain: [number, number];
  coordinate: 'identity' | 'log';
  start: number;
}

/** The controlled SDE as expressions in the states, `u` and the natural parameters; time counts updates. */
export interface ClosureEquations {
  drift: string[];
  covariance: string[][];
  /** Rates at which the drift changes form. */
  drift_breaks: string[];
  loss: string;
}

/**
 * A closure: which reduced state stands for the network, its drift and diffusion, and how the loss shows it. It is told
 * apart from its fit, which searches over the logarithms of its dimensionless parameters.
 */
export interface Closure<Parameter extends string = string, Spec extends FilterDescription = FilterDescription> {
  readonly name: string;
  /** What it assumes, in one sentence. */
  readonly assumes: string;
  /** What reports say of it beside its name; null for nothing. */
  readonly remark: string | null;
  /** Why no policy follows it, in one clause: a negative control is fitted and shown, and never selected. */
  readonly neverFollowed?: string;
  /** The dimensionless parameters that are fitted, in the order of the search, with their priors. */
  readonly priors: Readonly<Record<Parameter, Prior>>;
  /** Of the filter in coefficients and policies: `kind` is the name, `parameters` are the natural ones. */
  readonly filterSchema: z.ZodObject;
  /** The state filter whose innovations give the likelihood, for these dimensionless parameters. */
  filter(values: Readonly<Record<Parameter, number>>, scales: Scales): Spec;
  /** That filter at work: in the fit, and in the policy along a run. */
  recursion(spec: Spec): StateFilter;
  /**
   * The filter's prediction over several updates at one rate: moves the logarithms of the states in place, `predict` of the
   * mean that many times over, exactly for one update and closely for more. Without it `predict` is called each time.
   */
  flow?(parameters: Readonly<Record<string, number>>): Flow;
  /** Which dimensionless parameter carries the uncertainty of each natural one, or why it is set and not fitted. */
  readonly origin: Readonly<Record<string, Parameter | SetByHand>>;
  readonly equations: ClosureEquations;
  /** By state, in the order of the filter. A state that another closure has by the same name has the same axis there. */
  readonly axes: Readonly<Record<string, StateAxis>>;
  /** How fast the first state falls per update and unit of rate, noise aside, at a value of it: what the report draws. */
  fall(parameters: Readonly<Record<string, number>>, at: number): number;
  /** What to look for in the map of the value function, in one sentence; null for nothing. */
  readonly mapRemark: string | null;
  /** State axes with the domain that the solver needs, for the fitted natural parameters. */
  states(parameters: Readonly<Record<string, number>>, scales: Scales): ClosureState[];
}
