import type { LOSS_COLUMNS } from '../artifacts/training-log/step.js';
import type { ControlName, Controls } from '../controls/index.js';
import type { Json } from '../json.js';

export type { Json } from '../json.js';

/** The minibatch losses that a schedule may look at, by their columns in the training log. */
export type MetricName = (typeof LOSS_COLUMNS)[number];

/** A number that was measured along the run. */
export interface Metric {
  /** NaN and infinities are passed on as they are. */
  readonly value: number;
  /** The update whose minibatch and weights it belongs to: k - 1 or earlier when update k is decided. */
  readonly update: number;
}

/** What a schedule may see before update k. */
export interface Observation {
  readonly metrics: Readonly<Partial<Record<MetricName, Metric>>>;
}

/** Before anything was measured, and for schedules that look at nothing. */
export const NOTHING_OBSERVED: Observation = { metrics: {} };

/** The values for the coming update, and why. */
export interface Decision {
  /** One value for each control of the schedule. */
  readonly controls: Controls;
  /** Of the learning rate: `schedule`, `warmup`, `table`, `hold:missing`, `fallback:out_of_support`, `clamp:max`, ... */
  readonly reason: string;
}

/** Which loss a schedule looks at. */
export interface ObservedMetric {
  readonly metric: MetricName;
  /** It is measured at updates 0, c, 2c, ... */
  readonly cadence_updates: number;
}

/**
 * One interface for every schedule, the policy included. `decide` is called exactly once before every update k = 0, 1, ...
 * with what was measured up to update k - 1, and gives the values of its controls for update k. After the gradient of
 * update k, `clip` gives the factor that its step is multiplied by, where the schedule has a clip.
 * States are JSON; a state that was written, read back and continued gives the same decisions bit for bit.
 */
export interface Schedule<State extends Json = Json> {
  readonly name: string;
  /** The controls that it decides. */
  readonly controls: readonly ControlName[];
  /** The loss that it looks at; null: none, and it is charged for none. */
  readonly observes: ObservedMetric | null;
  /** Name and resolved parameters, as they stand in the header of a training log. */
  describe(): { readonly name: string; readonly [key: string]: Json };
  /** The largest value that a control can take, where the schedule knows it. */
  largest?(control: ControlName): number | undefined;
  init(): State;
  /** Pure. */
  decide(state: State, observation: Observation): { readonly state: State } & Decision;
  /** Pure. @param gradientNorm - |g| of the minibatch gradient of the update that was just decided */
  clip?(state: State, gradientNorm: number): { readonly state: State; readonly factor: number };
  /** Pure. The update that was just decided made no step: where the schedule remembers its rate, it was 0. */
  skip?(state: State): State;
}
