import type { RecoverySpec } from '../artifacts/experiment/experiment.js';
import type { ClipState } from '../schedules/index.js';
import { NOTHING_SEEN, WINDOW, type Collapse, type CollapseMemory, type CollapseWatch } from './collapse.js';
import type { OptimizerState } from './optimizers/index.js';

/** Share of the run between two looks for weights to keep. */
const KEEP_EVERY = 0.05;

/** What a run goes back to. */
export interface KeptState {
  /** Updates that were done. */
  readonly update: number;
  readonly optimizer: OptimizerState;
  readonly clip: ClipState;
  /** Running statistics of a model that has them. */
  readonly statistics?: Float32Array;
}

/** Everything that a recovery remembers, for a checkpoint. */
export interface RecoveryState {
  readonly memory: CollapseMemory;
  /** To which a collapse goes back. */
  readonly kept: KeptState;
  /** A later one, which takes its place if the run is still learning at the next look. */
  readonly candidate: KeptState | null;
  readonly rollbacks: number;
  /** The first update after the last roll-back, and over how many the rate rises again; 0 and 0 before one. */
  readonly since: number;
  readonly rise: number;
}

/** A roll-back that was decided. */
export interface Rollback {
  readonly collapse: Collapse;
  readonly to: KeptState;
  /** For the log. */
  readonly reason: string;
}

type Sight = Parameters<CollapseWatch['see']>[1];

/**
 * A run that collapses goes back to weights that it had before and goes on at a lower rate. Time goes on: the update counts,
 * the random streams and the schedule stay where they are, so that what was lost is charged like every other update.
 *
 * - Kept are the initial weights, and then those of every twentieth of the run (20 updates at least) from which it went on
 *   learning for a twentieth more: weights on their way to a collapse still have good losses behind them. With them go the
 *   optimizer's memory, the clip's and running statistics. What training examples keep, such as perturbations, stays.
 * - After the n-th roll-back the schedule's rate is multiplied by rate_factor^n min(1, j / R) in the j-th update after it,
 *   where R is the number of updates that were lost, 20 at least: a start needs a warm-up again.
 * - After `maximum` roll-backs a collapse is left as it is.
 */
export class Recovery {
  readonly #spec: RecoverySpec;
  readonly #watch: CollapseWatch;
  readonly #every: number;
  #state: RecoveryState;

  /** @param start - the fresh run's initial state, or what a checkpoint kept */
  constructor(
    spec: RecoverySpec,
    { watch, updates, start }: { watch: CollapseWatch; updates: number; start: KeptState | RecoveryState },
  ) {
    this.#spec = spec;
    this.#watch = watch;
    this.#every = Math.max(WINDOW, Math.round(KEEP_EVERY * updates));
    this.#state = 'memory' in start ? start : fresh(start);
  }

  get state(): RecoveryState {
    return this.#state;
  }

  /** Examples of the minibatches of a look. */
  get batchSize(): number {
    return this.#watch.batchSize;
  }

  /** Whether a collapse would be mended. */
  get isReady(): boolean {
    return this.#state.rollbacks < this.#spec.maximum;
  }

  /** What the schedule's rate of this update is multiplied by: 1 before the first roll-back. */
  factor(update: number): number {
    const { rollbacks, since, rise } = this.#state;
    if (rollbacks === 0) return 1;
    return this.#spec.rate_factor ** rollbacks * Math.min(1, (update - since + 1) / rise);
  }

  /** Takes in an update that was done; what it cost in gradient evaluations is charged by the caller. */
  see(sight: Sight, stateNow: () => KeptState): { rollback: Rollback | null; cost: number } {
    if (!this.isReady) return { rollback: null, cost: 0 };
    const { memory, collapse, cost } = this.#watch.see(this.#state.memory, sight);
    this.#state = { ...this.#state, memory };
    if (collapse !== null) return { rollback: this.#rollBack(collapse, sight.update), cost };
    this.#keep(sight.update, stateNow);
    return { rollback: null, cost };
  }

  /** Numbers for the end row of the log. */
  summary(): Readonly<Record<string, number>> {
    const { rollbacks } = this.#state;
    return rollbacks === 0 ? {} : { rollbacks, rate_factor: this.#spec.rate_factor ** rollbacks };
  }

  /** At every look: the candidate has proved good, or is dropped. */
  #keep(update: number, stateNow: () => KeptState): void {
    if ((update + 1) % this.#every !== 0) return;
    const { memory, kept, candidate } = this.#state;
    this.#state = memory.isAway
      ? { ...this.#state, kept: candidate ?? kept, candidate: stateNow() }
      : { ...this.#state, candidate: null };
  }

  #rollBack(collapse: Collapse, update: number): Rollback {
    const { kept, memory, rollbacks } = this.#state;
    const since = update + 1;
    this.#state = {
      ...this.#state,
      memory: { ...NOTHING_SEEN, left: kept.update > 0, startNorm: memory.startNorm },
      candidate: null,
      rollbacks: rollbacks + 1,
      since,
      rise: Math.max(WINDOW, since - kept.update),
    };
    const factor = this.#spec.rate_factor ** (rollbacks + 1);
    return { collapse, to: kept, reason: `rollback:${collapse} to update ${kept.update}, rate x ${factor}` };
  }
}

function fresh(kept: KeptState): RecoveryState {
  return { memory: NOTHING_SEEN, kept, candidate: null, rollbacks: 0, since: 0, rise: 0 };
}
