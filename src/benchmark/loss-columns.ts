import { outlineOf, type LogOutline, type LogStep, type TrainingLog } from '../artifacts/training-log/training-log.js';

/** A finished log with its rates and losses in the place of its steps. */
export type CollectedLog = LogOutline & { readonly losses: Pick<LossColumns, 'rates' | 'losses'> };

/** The same of a log that is in memory. */
export function collectedLog(log: TrainingLog): CollectedLog {
  const losses = new LossColumns();
  for (const step of log.steps) losses.add(step);
  return { ...outlineOf(log), losses };
}

/** Rates and losses of a run, update by update: all that a figure needs of millions of steps, in sixteen bytes each. */
export class LossColumns {
  #rates = new Float64Array(1024);
  #losses = new Float64Array(1024);
  #count = 0;

  add({ lr, train_robust_loss, train_loss }: LogStep): void {
    if (this.#count === this.#rates.length) {
      this.#rates = doubled(this.#rates);
      this.#losses = doubled(this.#losses);
    }
    this.#rates[this.#count] = Number(lr);
    this.#losses[this.#count] = Number(train_robust_loss ?? train_loss);
    this.#count += 1;
  }

  get rates(): Float64Array {
    return this.#rates.subarray(0, this.#count);
  }

  get losses(): Float64Array {
    return this.#losses.subarray(0, this.#count);
  }
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(2 * values.length);
  longer.set(values);
  return longer;
}
