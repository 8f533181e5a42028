import type { SearchOutcome } from './search-outcome.js';

/** Where a filtered solve took the monotone step in place of the accurate one. */
export interface Fallback {
  /** Steps in which it did at some node. */
  readonly steps: number;
  /** Of all nodes in all steps. */
  readonly share: number;
  /** The first place, backwards in time; null where there is none. */
  readonly first: string | null;
}

export interface HjbSolution {
  readonly status: 'converged' | 'max_iterations' | 'non_finite';
  /** One sentence: what to do about the status. */
  readonly remedy: string;
  /** Kept levels, increasing; [0] over an infinite horizon. */
  readonly times: readonly number[];
  /** V at each kept level, row-major over the states, the last one fastest. */
  readonly value: readonly Float64Array[];
  /** Optimal controls at each kept level, control fastest: [node * controls + j]; at the horizon those of the last step. */
  readonly control: readonly Float64Array[];
  /** Largest residual of a row of the full discrete equation, over its diagonal, relative to the largest value. */
  readonly residual: number;
  /** Linear solves per time step. */
  readonly policyIterations: { readonly mean: number; readonly max: number };
  /** Signs and diagonal dominance of every row that was assembled. */
  readonly monotone: { readonly space: boolean; readonly firstOffender: string | null };
  /** Whether searched controls are certified to be optimal; null or not there where the minimiser is exact. */
  readonly search?: SearchOutcome | null;
  /** Why there is no finite value, with what to do: no least Hamiltonian, or costs that go on; null or not there without. */
  readonly endless?: string | null;
  /** What carried out the passes over the nodes: `typescript`, `wasm` or `wasm, n threads`. */
  readonly kernel: string;
  /** Of a filtered solve. */
  readonly fallback?: Fallback;
}
