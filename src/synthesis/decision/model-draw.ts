import type { RandomStream } from '../../math/random.js';
import type { Vector } from '../../../solvers/index.js';

/** What a run has done so far: the rate of every update, and the loss seen before it. */
export interface RunHistory {
  readonly rates: readonly number[];
  readonly losses: readonly number[];
}

/** One draw of a model of the loss, ready to be simulated and planned for. */
export interface ModelDraw {
  /** Coordinates of the simulation at update 0, a copy. */
  init(): Float64Array;
  /** Moves them over a block of updates at one rate, noise aside. */
  advance(x: Float64Array, rate: number, updates: number): void;
  loss(x: Float64Array): number;
  /** Deviations that the coordinates gain in an update at the rate `scale`; none for a model without noise of its own. */
  readonly deviations: readonly number[];
  readonly scale: number;
  /** Natural states at update 0, for plans. */
  readonly start: readonly number[];
  /** The same draw from where a run stands that has this history. */
  after(history: RunHistory, stream: RandomStream): ModelDraw;
  /** The draw as a part of a deterministic problem in natural states. */
  part(options: PartOptions): ModelPart;
}

export interface PartOptions {
  /** Factor of its loss in the objective. */
  readonly weight: number;
  readonly peak: number;
  /** Longest Runge-Kutta step in updates. */
  readonly step: number;
}

/** One draw's states, at an offset among those of all draws. */
export interface ModelPart {
  loss(x: Vector, offset: number): number;
  /** Adds factor d loss / dx. */
  lossGradient(x: Vector, offset: number, out: Float64Array, factor: number): void;
  /** Writes dx/dt. */
  move(x: Vector, offset: number, u: number, out: Float64Array): void;
  /** Adds p' df/dx and p' df/du. */
  pullBack(x: Vector, offset: number, u: number, p: Vector, inState: Float64Array, inControl: Float64Array): void;
}

/** k h below which a Runge-Kutta step of y' = -k y is accurate enough for a plan; the method is stable up to 2.78. */
const STABLE = 2;

/**
 * States that are forgotten faster than the plan's longest step can follow are slowed by this factor, with the same balance: a
 * plan over thousands of updates does not depend on whether noise is forgotten in 5 of them or in 20.
 *
 * @param k - rate of forgetting per update at the peak
 */
export function slowing(k: number, step: number): number {
  return Math.min(1, STABLE / Math.max(k * step, Number.MIN_VALUE));
}
