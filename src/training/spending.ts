/** Gradient evaluations that a run has spent. */
export interface Spent {
  /** Of minibatches, whatever their size. */
  readonly gradientEvaluations: number;
  /** Those of them that went into measurements. */
  readonly measurementEvaluations: number;
  /** Of single examples: the evaluations of minibatches, each times the size of its minibatch. */
  readonly exampleGradients: number;
}

/** The account of a run. */
export class Spending {
  #spent: Spent;

  constructor(start: Spent) {
    const { gradientEvaluations, measurementEvaluations, exampleGradients } = start;
    this.#spent = { gradientEvaluations, measurementEvaluations, exampleGradients };
  }

  get spent(): Spent {
    return this.#spent;
  }

  /** Evaluations on a minibatch of this size; `measured` of them for measurements. */
  charge(evaluations: number, size: number, measured = 0): void {
    this.#spent = {
      gradientEvaluations: this.#spent.gradientEvaluations + evaluations,
      measurementEvaluations: this.#spent.measurementEvaluations + measured,
      exampleGradients: this.#spent.exampleGradients + evaluations * size,
    };
  }
}
