import type { LogWriter } from '../artifacts/log-file.js';
import { CheckpointBudget } from './checkpoint-budget.js';
import { forkPointLog, writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { readKept, writeKept, type KeptFile } from './kept/file.js';
import type { KeptPerturbations } from './kept/kept-perturbations.js';
import type { ResolvedRun } from './training-run.js';

/** A checkpoint but for what is known once it is written. */
type State = Omit<Checkpoint, 'log' | 'perturbations'>;

/** When a run saves its state, and the file of its kept perturbations beside it. */
export class Checkpoints {
  readonly #run: ResolvedRun;
  readonly #kept: KeptPerturbations | null;
  /** null: a checkpoint costs next to nothing. */
  readonly #budget: CheckpointBudget | null;
  /** Of the last checkpoint. */
  #file: KeptFile | null;

  constructor(run: ResolvedRun, kept: KeptPerturbations | null, resumed: Checkpoint | null) {
    this.#run = run;
    this.#kept = kept;
    this.#budget = kept === null ? null : new CheckpointBudget(run.checkpointShare, kept.bytes);
    this.#file = resumed === null ? null : resumed.perturbations;
  }

  /**
   * What a checkpoint keeps in a file of its own, before the first update.
   * @throws E_TRUNCATED if that file is gone, cut off, or another one
   */
  async restore(): Promise<void> {
    if (this.#kept !== null && this.#file !== null) await readKept(this.#run.log, this.#file, this.#kept.arrays);
  }

  isDue(update: number): boolean {
    const { header, checkpointEvery } = this.#run;
    const isAtStep = update % checkpointEvery === 0 && update < header.updates;
    return isAtStep && (this.#budget === null || this.#budget.isDue());
  }

  /** Saves the state after all rows so far are on disk. */
  async write(writer: LogWriter, stateNow: () => State): Promise<void> {
    await writer.flush();
    const save = async (): Promise<void> => {
      const { log, header } = this.#run;
      if (this.#kept !== null) this.#file = await writeKept(log, this.#kept.arrays, this.#file);
      await writeCheckpoint(log, header, { ...stateNow(), log: writer.digest(), perturbations: this.#file });
    };
    await (this.#budget === null ? save() : this.#budget.spend(save));
  }

  /** Saves the state from which other runs fork, beside the run's own checkpoints, which come and go. */
  async keepForkPoint(writer: LogWriter, stateNow: () => State): Promise<void> {
    await writer.flush();
    const log = forkPointLog(this.#run.log);
    const perturbations = this.#kept === null ? null : await writeKept(log, this.#kept.arrays, null);
    await writeCheckpoint(log, this.#run.header, { ...stateNow(), log: writer.digest(), perturbations });
  }
}
