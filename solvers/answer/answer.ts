import type { Kernel } from '../march/options.js';
import type { Fallback, HjbSolution } from '../march/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';
import type { AnswerStatus } from './verdict.js';
import type { Limits } from './size.js';

/** Where the answer is wanted: calendar time and one number per state, in natural units. */
export interface Query {
  readonly t: number;
  readonly x: readonly number[];
}

export interface SolveOptions {
  /** `accurate` (second order where the problem is smooth, checked against the monotone one) or `monotone`. */
  readonly scheme: 'accurate' | 'monotone';
  /** Policy iteration stops when the value of a step is known to this, relative to the largest value. */
  readonly tolerance: number;
  /** In one time step, 200 by default; of the one equation over an infinite horizon. */
  readonly maximumPolicyIterations: number;
  /** Time levels to keep: those that the queries need, all, or every k-th. */
  readonly keep: 'query' | 'all' | number;
  readonly query: readonly Query[];
  /**
   * Also solves on wider domains, to estimate the share of the truncation in the error: `auto` moves the faces that cut a
   * domain off, `reflecting` and `linear`; true those with a given value or slope too; false none.
   */
  readonly widerDomain: boolean | 'auto';
  /** `typescript` (the reference) or `wasm`, which comes to the same numbers, faster, and may share them among threads. */
  readonly kernel: Kernel;
  /** Threads of the WebAssembly kernel of two and three states. */
  readonly threads: number;
  /** Told the share of the work that is done, from 0 to 1, as it is done. */
  readonly onProgress?: ((share: number) => void) | undefined;
  /** Refused beyond these, before anything is allocated. */
  readonly limits: Limits;
}

/** A solution with everything that is known of its error; lists in the order of the queries. */
export interface Answer {
  readonly status: AnswerStatus;
  /** One sentence: what to do about the status. */
  readonly remedy: string;
  readonly values: readonly (number | null)[];
  /** By control name. */
  readonly controls: readonly (Readonly<Record<string, number>> | null)[];
  readonly inside: readonly boolean[];
  readonly errorEstimates: {
    readonly values: readonly (number | null)[];
    readonly controls: readonly (Readonly<Record<string, number>> | null)[];
  };
  /** Of the values under refinement, median over the queries; null where it means nothing, and a warning says why. */
  readonly observedOrder: number | null;
  readonly monotone: { readonly space: boolean; readonly time: boolean; readonly firstOffender: string | null };
  /** Values of the monotone scheme. */
  readonly monotoneValues: readonly (number | null)[];
  /** Change of the values on wider domains; null where no face moves. */
  readonly truncation: readonly (number | null)[] | null;
  readonly warnings: readonly string[];
  readonly policyIterations: { readonly mean: number; readonly max: number };
  readonly residual: number;
  readonly kernel: string;
  readonly seconds: number;
  /** Where the accurate scheme gave way to the monotone one; null of the monotone scheme. */
  readonly fallback: Fallback | null;
  /** The problem as it was solved: with the time levels that jumps and layers needed beside its own. */
  readonly problem: ControlProblem;
  /** Value and control at the kept levels. */
  readonly solution: HjbSolution;
}
