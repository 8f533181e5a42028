/** Bytes a second at which the first checkpoint is expected to be written and flushed. */
const FIRST_SPEED = 1e8;

/**
 * Spaces checkpoints so that writing them costs at most a share of the time of a process: one is due when what was spent and
 * what the next is expected to cost, as long as the last one or by its size, are within the share of the time so far. When
 * checkpoints are written changes no number of a run.
 */
export class CheckpointBudget {
  readonly #share: number;
  readonly #start = performance.now();
  #spent = 0;
  #next: number;

  /** @param bytes - of a checkpoint */
  constructor(share: number, bytes: number) {
    this.#share = share;
    this.#next = (1000 * bytes) / FIRST_SPEED;
  }

  isDue(): boolean {
    return this.#spent + this.#next <= this.#share * (performance.now() - this.#start);
  }

  /** Writes a checkpoint, and counts the time. */
  async spend(write: () => Promise<void>): Promise<void> {
    const start = performance.now();
    await write();
    this.#next = performance.now() - start;
    this.#spent += this.#next;
  }
}
