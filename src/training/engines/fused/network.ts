import { HjbLrError } from '../../../errors.js';
import type { LinfAscent, LogitGradient, Network } from '../../../workloads/network.js';
import type { DeclaredModel } from '../../../workloads/workload.js';
import { AS_IT_IS, copyImages, type Normalization, type PlacedImages } from './image.js';
import { fusedExports, FUSED_KERNEL, type FusedExports, type FusedKernel } from './module.js';
import { planNetwork, type Boundary, type NetworkPlan } from './plan.js';

/** Which gradients a backward pass leaves. */
interface Wanted {
  readonly inputs: boolean;
  readonly weights: boolean;
}

/**
 * A model of layers in one WebAssembly memory of its own, all of it planned here: blocks of examples that fit the cache
 * go through all layers, forward and then backward, each layer with its relu one pass.
 *
 * @param capacity - most examples of one call
 * @param kernel - the build of the module; by default the one that runs here fastest
 * @throws E_ENGINE naming the first layer that the engine cannot run, or if its buffers exceed 4 GiB
 */
export function createFusedNetwork(
  model: Pick<DeclaredModel, 'spec' | 'layers'>,
  capacity: number,
  kernel: FusedKernel = FUSED_KERNEL,
): Network {
  return new FusedNetwork(planNetwork(model, capacity), model.spec.normalization ?? AS_IT_IS, capacity, kernel);
}

class FusedNetwork implements Network {
  readonly inputSize: number;
  readonly classes: number;
  readonly parameters: number;
  private readonly run: FusedExports;
  private readonly memory: WebAssembly.Memory;
  /** Whether the weights are packed as the gradients of inputs read them. */
  private isPackedBackward = false;
  private readonly firstProduct: number;

  constructor(
    private readonly plan: NetworkPlan,
    private readonly normalization: Normalization,
    readonly capacity: number,
    kernel: FusedKernel,
  ) {
    this.memory = plan.arena.open();
    this.run = fusedExports(this.memory, kernel);
    this.inputSize = plan.inputs.layout.exampleBytes / 4;
    this.classes = plan.logits.layout.exampleBytes / 4;
    this.parameters = plan.parameters.count;
    this.firstProduct = plan.steps.findIndex(({ weightGradient }) => weightGradient !== undefined);
  }

  load(weights: Float32Array): void {
    if (weights.length !== this.parameters) throw wrongLength('weights', weights.length, `${this.parameters}`);
    this.view(this.plan.parameters.weights, this.parameters).set(weights);
    for (const step of this.plan.steps) step.load?.(this.run, 'forward');
    this.isPackedBackward = false;
  }

  logits(inputs: Float32Array): Float32Array {
    const n = this.enter(inputs, this.plan.inputs.values);
    this.inBlocks(n, (first, examples) => this.forward(first, examples));
    return this.view(this.plan.logits.values, n * this.classes);
  }

  inputGradient(inputs: Float32Array, loss: LogitGradient): Float32Array {
    return this.gradientsOf(inputs, loss, { inputs: true, weights: false }).inputs;
  }

  weightGradient(inputs: Float32Array, loss: LogitGradient): Float32Array {
    return this.gradientsOf(inputs, loss, { inputs: false, weights: true }).weights;
  }

  gradients(inputs: Float32Array, loss: LogitGradient): { inputs: Float32Array; weights: Float32Array } {
    return this.gradientsOf(inputs, loss, { inputs: true, weights: true });
  }

  linfAscent(start: Float32Array, clean: Float32Array, loss: LogitGradient, ascent: LinfAscent): Float32Array {
    const { steps, alpha, radius } = ascent;
    const { inputs, clean: cleanAt } = this.plan;
    this.enter(clean, cleanAt);
    const n = this.enter(start, inputs.values);
    const { exampleBytes } = inputs.layout;
    this.packBackward();
    if (steps > 0) this.inBlocks(n, (first, examples) => this.forward(first, examples));
    for (let k = 1; k <= steps; k += 1) {
      this.applyLoss(n, loss);
      this.inBlocks(n, (first, examples) => {
        this.backward(first, examples, { inputs: true, weights: false });
        const [x, from, g] = [inputs.values, cleanAt, inputs.gradients].map((place) => place + first * exampleBytes);
        this.run.ascend(x, from, g, examples * exampleBytes, alpha, radius);
        if (k < steps) this.forward(first, examples);
      });
    }
    return this.view(inputs.values, n * this.inputSize);
  }

  dispose(): void {}

  private gradientsOf(inputs: Float32Array, loss: LogitGradient, wanted: Wanted) {
    const n = this.enter(inputs, this.plan.inputs.values);
    const { gradient } = this.plan.parameters;
    if (wanted.weights) this.run.fillZero(gradient, 4 * this.parameters);
    this.inBlocks(n, (first, examples) => this.forward(first, examples));
    this.applyLoss(n, loss);
    this.packBackward();
    this.inBlocks(n, (first, examples) => this.backward(first, examples, wanted));
    return {
      inputs: this.view(this.plan.inputs.gradients, n * this.inputSize),
      weights: this.view(gradient, this.parameters),
    };
  }

  /** Copies a batch to its place, if it is not there already. */
  private enter(inputs: Float32Array, place: number): number {
    const n = inputs.length / this.inputSize;
    if (!Number.isInteger(n) || n > this.capacity) {
      throw wrongLength('inputs', inputs.length, `a multiple of ${this.inputSize} up to ${this.capacity} times`);
    }
    const isThere = inputs.buffer === this.memory.buffer && inputs.byteOffset === place;
    if (!isThere) this.view(place, inputs.length).set(inputs);
    return n;
  }

  private inBlocks(n: number, pass: (first: number, examples: number) => void): void {
    for (let first = 0; first < n; first += this.plan.block) pass(first, Math.min(this.plan.block, n - first));
  }

  private forward(first: number, examples: number): void {
    const { inputs, logits, activations, steps } = this.plan;
    const [x, z] = [activations[0], activations[activations.length - 1]];
    copyImages(this.run, batch(inputs, 'values', first), x.placed('values', first), examples, this.normalization);
    if (x.isRelu) this.run.applyRelu(x.values(first), examples * x.layout.exampleBytes);
    for (const step of steps) step.forward(this.run, first, examples);
    copyImages(this.run, z.placed('values', first), batch(logits, 'values', first), examples);
  }

  private applyLoss(n: number, loss: LogitGradient): void {
    const { values, gradients } = this.plan.logits;
    loss(this.view(values, n * this.classes), this.view(gradients, n * this.classes));
  }

  private backward(first: number, examples: number, wanted: Wanted): void {
    const { inputs, logits, activations, steps } = this.plan;
    const [x, z] = [activations[0], activations[activations.length - 1]];
    copyImages(this.run, batch(logits, 'gradients', first), z.placed('gradients', first), examples);
    if (z.isRelu) this.run.applyMask(z.gradients(first), z.values(first), examples * z.layout.exampleBytes);
    for (let i = steps.length - 1; i >= 0; i -= 1) {
      if (wanted.weights) steps[i].weightGradient?.(this.run, first, examples);
      if (wanted.inputs || i > this.firstProduct) steps[i].inputGradient(this.run, first, examples);
    }
    if (!wanted.inputs) return;
    const scale = { mean: 0, standard_deviation: this.normalization.standard_deviation };
    copyImages(this.run, x.placed('gradients', first), batch(inputs, 'gradients', first), examples, scale);
  }

  private packBackward(): void {
    if (this.isPackedBackward) return;
    for (const step of this.plan.steps) step.load?.(this.run, 'backward');
    this.isPackedBackward = true;
  }

  private view(place: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, place, length);
  }
}

/** The part of a batch that starts with an example. */
function batch(boundary: Boundary, of: 'values' | 'gradients', first: number): PlacedImages {
  const { layout } = boundary;
  return { place: boundary[of] + first * layout.exampleBytes, layout };
}

function wrongLength(what: string, length: number, needed: string): HjbLrError {
  return new HjbLrError('E_SHAPE', `The ${what} have ${length} numbers; the network needs ${needed}.`, {
    remedy: `Give ${what} of that length.`,
    fields: { length },
  });
}
