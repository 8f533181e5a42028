import { keptStartOf, type Attack } from '../attacks/array-attack.js';
import type { RandomState, RandomStream } from '../math/random.js';
import type { LabelledInputs } from '../networks/network.js';
import type { Workload } from '../workloads/workload.js';
import { KeptPerturbations } from './kept/kept-perturbations.js';
import { keptOfBatch, type KeptOfBatch } from './kept/of-batch.js';
import { drawBatch, type DrawnBatch } from './minibatch.js';

/** The minibatches of a run one after the other: what is drawn, how images move, where attacks start, what examples keep. */
export class Minibatches {
  /** Of the attack's random starts. */
  readonly noise: RandomStream;
  /** null: the attack starts anew at every visit of an example. */
  readonly kept: KeptPerturbations | null;
  readonly #workload: Workload;
  readonly #batches: RandomStream;
  readonly #augmentation: RandomStream;
  #drawn: DrawnBatch | null = null;

  /** @param stream - the stream of a name, fresh or where a checkpoint left it */
  constructor(workload: Workload, stream: (name: string) => RandomStream) {
    this.#workload = workload;
    this.#batches = stream('batches');
    this.#augmentation = stream('augmentation');
    this.noise = stream('attack');
    this.kept = keptStartOf(workload.attack) === null ? null : new KeptPerturbations(workload);
  }

  draw(size: number): LabelledInputs {
    const streams = { batches: this.#batches, augmentation: this.#augmentation };
    this.#drawn = drawBatch(this.#workload, size, streams);
    return this.#drawn;
  }

  /** What the examples of the next minibatch keep; undefined where they keep nothing. */
  keptOf(attack: Attack | null): KeptOfBatch | undefined {
    return keptOfBatch(this.kept, { drawn: () => this.#drawn!, attack, noise: this.noise });
  }

  /** The same minibatches and perturbations apart, on other streams: for a run that is forked off. */
  fork(stream: (name: string) => RandomStream): Minibatches {
    const fork = new Minibatches(this.#workload, stream);
    fork.kept?.take(this.kept!);
    return fork;
  }

  states(): Readonly<Record<string, RandomState>> {
    return {
      batches: this.#batches.state(),
      augmentation: this.#augmentation.state(),
      attack: this.noise.state(),
    };
  }
}
