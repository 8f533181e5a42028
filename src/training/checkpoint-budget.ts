/** Bytes a second at which the first checkpoint is expected to be written and flushed. */
const FIRST_SPEED = 1e8;

/**
 * Spaces checkpoints so that writing them costs at most a share of the time of a process: one is due when what was spent and
 * what the next is expected to cost, as long as the last one or by its size, are within the share of the time so far. When
 * checkpoints are written changes no number of a run.
 */
export class CheckpointBudget {
  readonly #share: number;
  readonly #now: () => number;
  readonly #start: number;
  #spent = 0;
  #next: number;

  /**
   * @param bytes - of a checkpoint
   * @param now - the clock, in milliseconds
   */
  constructor(share: number, bytes: number, now: () => number = () => performance.now()) {
    this.#share = share;
    this.#now = now;
    this.#start = now();
    this.#next = (1000 * bytes) / FIRST_SPEED;
  }

  isDue(): boolean {
    return this.#spent + this.#next <= this.#share * (this.#now() - this.#start);
  }

  /** Writes a checkpoint, and counts the time. */
  async spend(write: () => Promise<void>): Promise<void> {
    const start = this.#now();
    await write();
    this.#next = this.#now() - start;
    this.#spent += this.#next;
  }
}
