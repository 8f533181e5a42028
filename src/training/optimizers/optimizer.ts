/** Everything an optimizer remembers, ready for a checkpoint. */
export interface OptimizerState {
  readonly arrays: Readonly<Record<string, Float32Array>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** What an optimizer starts from: fresh weights, or the state that a checkpoint kept. */
export interface OptimizerStart {
  /** All parameters one after the other; copied. */
  readonly initial: Float32Array;
  /** T, length of the run in updates. */
  readonly updates: number;
  /** null: a fresh run. */
  readonly resumed: OptimizerState | null;
}

/** The step that an update is about to take. */
export interface StepRequest {
  /** Learning rate of the schedule. */
  readonly rate: number;
  /** c = min(1, G/|g|) of the clip, 1 without one. */
  readonly clipFactor: number;
  /** Minibatch loss at the gradient point. */
  readonly loss: number;
  /** |g| before the clip. */
  readonly gradientNorm: number;
  /** Weight of the newest weights in the average that is evaluated; none: the rule's own. */
  readonly averagingWeight?: number | null;
}

export interface StepTaken {
  /** Learning rate really used: the schedule's, but for optimizers that find their own. */
  readonly rate: number;
  /** |theta' - theta| of the weights that are evaluated. */
  readonly length: number;
  /** Why the rate is not the schedule's, of an optimizer that finds its own. */
  readonly reason?: string;
}

/** One update rule over the weights, which it owns: float32 arrays, each new value computed in float64. */
export interface Optimizer {
  /** Where the next gradient is taken. */
  gradientPoint(): Float32Array;
  /** @param gradient - g, before the clip */
  step(gradient: Float32Array, request: StepRequest): StepTaken;
  /** theta: the weights that are evaluated. */
  output(): Float32Array;
  /** Why the run may stop before its last update, or null. */
  finished(): string | null;
  /** Figures for the end row of the log. */
  summary(): Readonly<Record<string, number>>;
  /** Copies. */
  state(): OptimizerState;
}

/** The array of a checkpoint, or of a fresh start: a copy. */
export function startingArray({ resumed }: OptimizerStart, name: string, fresh: Float32Array): Float32Array {
  return Float32Array.from(resumed === null ? fresh : resumed.arrays[name]);
}

/** The number of a checkpoint, or of a fresh start. */
export function startingNumber({ resumed }: OptimizerStart, name: string, fresh: number): number {
  return resumed === null ? fresh : resumed.numbers[name];
}
