import { keptStartOf, type Attack } from '../../attacks/array-attack.js';
import { HjbLrError } from '../../errors.js';
import type { RandomStream } from '../../math/random.js';
import type { Dataset, Workload } from '../../workloads/workload.js';
import { moveBack, movedImages } from '../augmentation.js';
import type { DrawnBatch } from '../minibatch.js';
import { createRows, type Rows } from './rows.js';

/** What a checkpoint holds of the kept perturbations: views of their memory. */
export type KeptArrays = readonly (Uint32Array | Float32Array | Int8Array)[];

/** Of an example that was not visited yet. */
const UNSEEN = 0;

/**
 * The perturbation of every training example at the end of its last visit (`KeptFields` of src/attacks has the recursion and
 * its sources), in the frame of the example itself: where images are cropped and flipped, it is moved with its image before
 * the ascent and back after it. What lies outside of the window keeps its value; a pixel that comes from outside of the image
 * starts at 0, and what becomes of it is lost. Of an example that a minibatch holds twice all copies start at the same
 * perturbation, and the first one's result is kept; where images do not move, all results are the same.
 *
 * With every perturbation goes a checksum of its example: a perturbation belongs to the input that it was found at.
 */
export class KeptPerturbations {
  readonly #dataset: Dataset;
  readonly #d: number;
  /** Of the examples that were visited, the checksum of their inputs; `UNSEEN` of the others. */
  readonly #checksums: Uint32Array;
  readonly #rows: Rows;
  readonly #row: Float32Array;

  /** Of a workload whose attack keeps perturbations. */
  constructor({ dataset, attack }: Pick<Workload, 'dataset' | 'attack'>) {
    const { train } = dataset;
    this.#dataset = dataset;
    this.#d = train.inputs.length / train.count;
    this.#checksums = new Uint32Array(train.count);
    this.#rows = createRows(train.count, this.#d, keptStartOf(attack)!.as);
    this.#row = new Float32Array(this.#d);
  }

  /** Views, whose content a checkpoint saves and restores. */
  get arrays(): KeptArrays {
    return [this.#checksums, ...this.#rows.arrays];
  }

  get bytes(): number {
    return this.arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Copies the perturbations of another run on the same workload. */
  take({ arrays }: KeptPerturbations): void {
    this.arrays.forEach((array, i) => array.set(arrays[i]));
  }

  /**
   * Where the ascent starts on a minibatch, [n, d]; an example that was never drawn gets its first perturbation.
   * @throws E_DATA if an example is not what it was at its last visit
   */
  start(batch: DrawnBatch, attack: Attack, noise: RandomStream): Float32Array {
    const { inputs } = this.#dataset.train;
    const words = new Int32Array(inputs.buffer, inputs.byteOffset, inputs.length);
    for (const example of batch.indices) this.#visit(example, this.#checksumOf(example, words), attack, noise);
    return this.#gathered(batch);
  }

  /** Where the ascent would start, nothing being changed: for measurements. */
  look({ indices, moves }: DrawnBatch, attack: Attack, noise: RandomStream): Float32Array {
    const d = this.#d;
    const starts = new Float32Array(indices.length * d);
    indices.forEach((example, k) => {
      const row = starts.subarray(k * d, (k + 1) * d);
      if (this.#checksums[example] === UNSEEN) keptStartOf(attack)!.first(row, d, noise);
      else this.#rows.read(example, row);
    });
    return moves === null ? starts : movedImages(starts, this.#dataset.inputShape, moves);
  }

  /** Keeps where the ascent ended; what is not finite is not kept: the run ends there, or goes back to earlier weights. */
  keep({ inputs, indices, moves }: DrawnBatch, perturbed: Float32Array): void {
    const [d, row] = [this.#d, this.#row];
    const delta = new Float32Array(d);
    const done = new Set<number>();
    indices.forEach((example, k) => {
      if (done.has(example)) return;
      done.add(example);
      const first = k * d;
      for (let i = 0; i < d; i += 1) delta[i] = perturbed[first + i] - inputs[first + i];
      if (!isFinite(delta)) return;
      if (moves === null) return this.#rows.write(example, delta);
      this.#rows.read(example, row);
      moveBack(delta, row, this.#dataset.inputShape, moves[k]);
      this.#rows.write(example, row);
    });
  }

  #visit(example: number, checksum: number, attack: Attack, noise: RandomStream): void {
    const known = this.#checksums[example];
    if (known === checksum) return;
    if (known !== UNSEEN) throw changedData(example);
    this.#checksums[example] = checksum;
    keptStartOf(attack)!.first(this.#row, this.#d, noise);
    this.#rows.write(example, this.#row);
  }

  #gathered({ indices, moves }: DrawnBatch): Float32Array {
    const d = this.#d;
    const starts = new Float32Array(indices.length * d);
    indices.forEach((example, k) => this.#rows.read(example, starts.subarray(k * d, (k + 1) * d)));
    return moves === null ? starts : movedImages(starts, this.#dataset.inputShape, moves);
  }

  #checksumOf(example: number, words: Int32Array): number {
    const hash = checksum(words, example * this.#d, (example + 1) * this.#d);
    return hash === UNSEEN ? 1 : hash;
  }
}

const [BASIS, PRIME] = [0x811c9dc5, 0x01000193];

/** FNV-1a of words, in four interleaved parts that are hashed in turn: one alone waits for every product. */
function checksum(words: Int32Array, first: number, end: number): number {
  let [a, b, c, d] = [BASIS, BASIS, BASIS, BASIS];
  let i = first;
  for (; i + 3 < end; i += 4) {
    a = Math.imul(a ^ words[i], PRIME);
    b = Math.imul(b ^ words[i + 1], PRIME);
    c = Math.imul(c ^ words[i + 2], PRIME);
    d = Math.imul(d ^ words[i + 3], PRIME);
  }
  for (; i < end; i += 1) a = Math.imul(a ^ words[i], PRIME);
  for (const part of [b, c, d]) a = Math.imul(a ^ part, PRIME);
  return a >>> 0;
}

/** Whether all are finite: so are then their four sums. */
function isFinite(values: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < values.length; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (; i < values.length; i += 1) a += values[i];
  return Number.isFinite(a + b + c + d);
}

function changedData(example: number): HjbLrError {
  return new HjbLrError('E_DATA', `Training example ${example} is not what it was at its last visit.`, {
    remedy:
      'Leave the data as they are along a run, and give crops and flips as "augmentation"; or take out "start": "kept".',
    issues: [{ path: `workload.dataset.train.inputs`, message: `changed along the run, example ${example} for one` }],
    fields: { example },
  });
}
