import { HjbLrError } from '../../../errors.js';
import type { LogitGradient } from '../../../networks/network.js';
import { copyImages, type Normalization, type PlacedImages } from './image.js';
import { fusedExports, type FusedExports, type FusedKernel } from './module.js';
import type { Boundary, NetworkPlan, Segment } from './plan.js';

/** Which gradients a backward pass leaves. */
export interface Wanted {
  readonly inputs: boolean;
  readonly weights: boolean;
}

/** Examples that go through a segment together. */
export interface Block {
  readonly first: number;
  readonly examples: number;
}

/** The passes of a network over batches in its memory, a block of examples at a time. */
export class Passes {
  readonly run: FusedExports;
  private readonly memory: WebAssembly.Memory;
  private readonly firstProduct: number;
  private isPackedBackward = false;

  constructor(
    readonly plan: NetworkPlan,
    private readonly normalization: Normalization,
    kernel: FusedKernel,
  ) {
    this.memory = plan.arena.open();
    this.run = fusedExports(this.memory, kernel);
    this.firstProduct = plan.steps.findIndex(({ weightGradient }) => weightGradient !== undefined);
  }

  view(place: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, place, length);
  }

  load(weights: Float32Array): void {
    const { weights: place, count } = this.plan.parameters;
    if (weights.length !== count) throw wrongLength('weights', weights.length, `${count}`);
    this.view(place, count).set(weights);
    for (const step of this.plan.steps) step.load?.(this.run, 'forward');
    this.isPackedBackward = false;
  }

  /** Copies a batch to its place, if it is not there already, and counts its examples. */
  enter(inputs: Float32Array, place: number): number {
    const size = this.plan.inputs.layout.exampleBytes / 4;
    const n = inputs.length / size;
    if (!Number.isInteger(n) || n > this.plan.capacity) {
      throw wrongLength('inputs', inputs.length, `${size} for each of at most ${this.plan.capacity} examples`);
    }
    const isThere = inputs.buffer === this.memory.buffer && inputs.byteOffset === place;
    if (!isThere) this.view(place, inputs.length).set(inputs);
    return n;
  }

  /** From the inputs to the logits. */
  forward(n: number): void {
    for (const segment of this.plan.segments) this.inBlocks(n, segment, (block) => this.forwardThrough(segment, block));
  }

  /** From the gradient in the logits to those that are wanted; weights are added to. */
  backward(n: number, wanted: Wanted): void {
    for (const segment of this.plan.segments.toReversed()) {
      this.inBlocks(n, segment, (block) => this.backwardThrough(segment, block, wanted));
    }
  }

  /** Backward to the inputs, `move` them, and forward again: the first steps while their block is in the cache. */
  cycle(n: number, move: (block: Block) => void): void {
    const [first, ...others] = this.plan.segments;
    const wanted = { inputs: true, weights: false };
    for (const segment of others.toReversed()) {
      this.inBlocks(n, segment, (block) => this.backwardThrough(segment, block, wanted));
    }
    this.inBlocks(n, first, (block) => {
      this.backwardThrough(first, block, wanted);
      move(block);
      this.forwardThrough(first, block);
    });
    for (const segment of others) this.inBlocks(n, segment, (block) => this.forwardThrough(segment, block));
  }

  /** The loss's gradient in the logits of all blocks. */
  applyLoss(n: number, loss: LogitGradient): void {
    const { values, gradients, layout } = this.plan.logits;
    const length = (n * layout.exampleBytes) / 4;
    loss(this.view(values, length), this.view(gradients, length));
  }

  private inBlocks(n: number, { block }: Segment, pass: (block: Block) => void): void {
    for (let first = 0; first < n; first += block) pass({ first, examples: Math.min(block, n - first) });
  }

  private forwardThrough(segment: Segment, { first, examples }: Block): void {
    const { inputs, logits, activations, steps } = this.plan;
    if (segment.first === 0) {
      const [x] = activations;
      copyImages(this.run, batch(inputs, 'values', first), x.placed('values', first), examples, this.normalization);
      if (x.isRelu) this.run.applyRelu(x.values(first), examples * x.layout.exampleBytes);
    }
    for (let i = segment.first; i < segment.end; i += 1) steps[i].forward(this.run, first, examples);
    if (segment.end < steps.length) return;
    const z = activations[steps.length];
    copyImages(this.run, z.placed('values', first), batch(logits, 'values', first), examples);
  }

  private backwardThrough(segment: Segment, { first, examples }: Block, wanted: Wanted): void {
    this.packBackward();
    const { logits, activations, steps } = this.plan;
    if (segment.end === steps.length) {
      const z = activations[steps.length];
      copyImages(this.run, batch(logits, 'gradients', first), z.placed('gradients', first), examples);
      if (z.isRelu) this.run.applyMask(z.gradients(first), z.values(first), examples * z.layout.exampleBytes);
    }
    for (let i = segment.end - 1; i >= segment.first; i -= 1) {
      if (wanted.weights) steps[i].weightGradient?.(this.run, first, examples);
      if (wanted.inputs || i > this.firstProduct) steps[i].inputGradient(this.run, first, examples);
    }
    if (segment.first === 0 && wanted.inputs) this.leave({ first, examples });
  }

  /** The gradient in the inputs of a block, as the caller has them. */
  private leave({ first, examples }: Block): void {
    const { inputs, activations } = this.plan;
    const scale = { mean: 0, standard_deviation: this.normalization.standard_deviation };
    const from = activations[0].placed('gradients', first);
    copyImages(this.run, from, batch(inputs, 'gradients', first), examples, scale);
  }

  /** The transposed weights, once after they were loaded. */
  private packBackward(): void {
    if (this.isPackedBackward) return;
    for (const step of this.plan.steps) step.load?.(this.run, 'backward');
    this.isPackedBackward = true;
  }
}

/** The part of a batch that starts with an example. */
function batch(boundary: Boundary, of: 'values' | 'gradients', first: number): PlacedImages {
  const { layout } = boundary;
  return { place: boundary[of] + first * layout.exampleBytes, layout };
}

function wrongLength(what: string, length: number, needed: string): HjbLrError {
  return new HjbLrError('E_SHAPE', `The ${what} are ${length} numbers; the network needs ${needed}.`, {
    remedy: `Give ${what} of that length.`,
    fields: { length },
  });
}
