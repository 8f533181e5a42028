import type { Json } from '../json.js';

export type { Json } from '../json.js';

/** What a schedule may see before an update: the minibatch's adversarial loss at the perturbed points. */
export interface Observation {
  /** null: nothing was measured; NaN and infinities are passed on as they are. */
  readonly loss: number | null;
}

export interface RateDecision {
  /** Learning rate in force for the coming update, finite and positive (0 only for a schedule that ends at 0). */
  readonly rate: number;
  /** Why: `schedule`, `warmup`, `table`, `hold:missing`, `fallback:out_of_support`, `clamp:max`, ... */
  readonly reason: string;
}

/**
 * One interface for every schedule, the policy included. `observe` is called exactly once before every update, then
 * `rate` gives that update's rate: after n calls of `observe` the rate is that of update n - 1.
 * States are JSON; a state written, read back and continued gives the same rates bit for bit.
 */
export interface Schedule<State extends Json = Json> {
  readonly name: string;
  /** Whether any rate depends on the losses; one that looks at none is shown none, and charged for none. */
  readonly observes: boolean;
  /** Name and resolved parameters, as they stand in the header of a training log. */
  describe(): { readonly name: string; readonly [key: string]: Json };
  init(): State;
  /** Pure: the state after one more observation. */
  observe(state: State, observation: Observation): State;
  /** Pure: the rate of the coming update. */
  rate(state: State): RateDecision;
}
