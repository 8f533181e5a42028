import { HjbLrError } from '../../../errors.js';
import { size } from '../../../workloads/models/plan.js';
import type { DeclaredModel } from '../../../workloads/workload.js';
import { Arena } from './arena.js';
import { Activation, ImageLayout, NO_BORDER, placeActivation, placeImages, widerBorder, type Border } from './image.js';
import { placePool } from './pooling.js';
import { placeProduct, type Parameters, type PlacedStep } from './product.js';
import { planSteps, type Step, type Steps } from './steps.js';
import { planTransposed, type Transposed } from './transposed.js';

/** What stays in the second-level cache while a block of examples goes through the network, in bytes. */
const CACHE = 2 ** 18;
/** Rows of a tile of the kernel: a block is whole tiles even where an example is one row. */
const TILE = 4;

/** Batches as the caller has them, without borders, and the gradients in them. */
export interface Boundary {
  readonly layout: ImageLayout;
  readonly values: number;
  readonly gradients: number;
}

/** A network in a memory that is not open yet. */
export interface NetworkPlan {
  readonly arena: Arena;
  readonly steps: readonly PlacedStep[];
  /** From the inputs to the logits: one more than steps. */
  readonly activations: readonly Activation[];
  readonly inputs: Boundary;
  readonly logits: Boundary;
  readonly parameters: Parameters & { readonly count: number };
  readonly capacity: number;
  /** Examples that go through the network at a time. */
  readonly block: number;
  /** Clean inputs of an ascent. */
  readonly clean: number;
}

/**
 * Every buffer of a network.
 * @throws E_ENGINE naming a layer that the engine cannot run, or if the buffers of a batch exceed 4 GiB
 */
export function planNetwork({ spec, layers }: Pick<DeclaredModel, 'spec' | 'layers'>, capacity: number): NetworkPlan {
  const planned = planSteps(layers);
  const { layouts, transposed } = planLayouts(planned);
  const block = blockOf(layouts, capacity);
  const arena = new Arena();
  const count = layers.flatMap(({ parameterShapes }) => parameterShapes).reduce((sum, shape) => sum + size(shape), 0);
  const parameters = { weights: arena.numbers(count), gradient: arena.numbers(count), count };
  const inputs = placeBoundary(arena, layouts[0], capacity);
  const logits = placeBoundary(arena, layouts.at(-1)!, capacity);
  const isPlain = spec.normalization === undefined && !planned.isInputRelu;
  const activations = layouts.map((layout, i) => {
    const isRelu = i === 0 ? planned.isInputRelu : planned.steps[i - 1].isRelu;
    if (i === 0 && isPlain && layout.isDense) return atBoundary(inputs);
    if (i === planned.steps.length && !isRelu && layout.isDense) return atBoundary(logits);
    return placeActivation(arena, layout, isRelu, { block, kept: isPassing(planned.steps, i) ? block : capacity });
  });
  const steps = planned.steps.map((step, i) => {
    const between = { inputs: activations[i], outputs: activations[i + 1], block };
    if (step.kind === 'product') return placeProduct(arena, step, transposed[i]!, between, parameters);
    return placePool(arena, step, between, capacity);
  });
  const clean = placeImages(arena, inputs.layout, capacity);
  if (!arena.fits) throw tooLarge(arena.bytes, capacity);
  return { arena, steps, activations, inputs, logits, parameters, capacity, block, clean };
}

/** The layouts between steps: borders for the windows of the step after, and for those of the gradient of the one before. */
function planLayouts({ input, steps }: Steps): { layouts: ImageLayout[]; transposed: (Transposed | null)[] } {
  const layouts: ImageLayout[] = [];
  const transposed: (Transposed | null)[] = [];
  let behind: Border = NO_BORDER;
  for (const [i, step] of [...steps, null].entries()) {
    const ahead = step?.kind === 'product' ? step.border : NO_BORDER;
    const shape = step?.input ?? steps.at(-1)?.output ?? input;
    layouts.push(new ImageLayout(shape, widerBorder(ahead, behind)));
    if (step === null) break;
    transposed.push(step.kind === 'product' ? planTransposed(step, layouts[i]) : null);
    behind = transposed[i]?.border ?? NO_BORDER;
  }
  return { layouts, transposed };
}

/** Nothing but the largest numbers of its windows is asked of it again. */
function isPassing(steps: readonly Step[], index: number): boolean {
  return index > 0 && steps[index - 1].kind === 'product' && steps[index]?.kind === 'max_pool';
}

function blockOf(layouts: readonly ImageLayout[], capacity: number): number {
  const bytes = layouts.reduce((sum, { exampleBytes }) => sum + 2 * exampleBytes, 0);
  return Math.min(capacity, TILE * Math.max(1, Math.floor(CACHE / bytes / TILE)));
}

function placeBoundary(arena: Arena, { shape }: ImageLayout, capacity: number): Boundary {
  const layout = new ImageLayout(shape, NO_BORDER);
  return { layout, values: placeImages(arena, layout, capacity), gradients: placeImages(arena, layout, capacity) };
}

function atBoundary({ layout, values, gradients }: Boundary): Activation {
  return new Activation(layout, false, { place: values, isKept: true }, { place: gradients, isKept: true });
}

function tooLarge(bytes: number, capacity: number): HjbLrError {
  return new HjbLrError('E_ENGINE', `The engine "fused" has 4 GiB of memory and this model needs ${bytes} bytes.`, {
    remedy: 'Use smaller batches, or another engine, such as --engine native.',
    fields: { bytes, capacity },
  });
}
