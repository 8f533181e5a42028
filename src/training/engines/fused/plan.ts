import { HjbLrError } from '../../../errors.js';
import { size } from '../../../math/shape.js';
import type { DeclaredModel } from '../../../workloads/models/model.js';
import { Arena } from './arena.js';
import { Activation, ImageLayout, NO_BORDER, placeActivation, placeImages, widerBorder, type Border } from './image.js';
import { placePool } from './pooling.js';
import { placeProduct, type Parameters, type PlacedStep } from './product.js';
import { planSteps, type Step, type Steps } from './steps.js';
import { planTransposed, type Transposed } from './transposed.js';

/** What stays in the second-level cache while a block of examples goes through a segment, in bytes. */
const CACHE = 2 ** 18;
/** Rows of a tile of the kernel: a block is whole tiles even where an example is one row. */
const TILE = 4;
/** Least examples of a block in dense layers, whose weights, unlike filters, are many for each row. */
const DENSE_BLOCK = 64;

/** Batches as the caller has them, without borders, and the gradients in them. */
export interface Boundary {
  readonly layout: ImageLayout;
  readonly values: number;
  readonly gradients: number;
}

/** Steps, from `first` to before `end`, through which blocks of examples go one after the other. */
export interface Segment {
  readonly first: number;
  readonly end: number;
  /** Examples of a block at most. */
  readonly block: number;
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
  readonly segments: readonly Segment[];
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
  const segments = planSegments(planned.steps, layouts, capacity);
  /** Examples between the steps before and after an activation at a time. */
  const blockAt = (i: number): number => segments.find(({ first, end }) => first < i && i < end)?.block ?? capacity;
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
    const kept = isPassing(planned.steps, i) ? blockAt(i) : capacity;
    return placeActivation(arena, layout, isRelu, { values: kept, gradients: blockAt(i), capacity });
  });
  const steps = segments.flatMap(({ first, end, block }) =>
    planned.steps.slice(first, end).map((step, k) => {
      const between = { inputs: activations[first + k], outputs: activations[first + k + 1], block };
      if (step.kind === 'product') return placeProduct(arena, step, transposed[first + k]!, between, parameters);
      return placePool(arena, step, between, capacity);
    }),
  );
  const clean = placeImages(arena, inputs.layout, capacity);
  if (!arena.fits) throw tooLarge(arena.bytes, capacity);
  return { arena, steps, activations, inputs, logits, parameters, capacity, segments, clean };
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

/** All steps in small blocks, but for dense layers at the end whose weights a small block would leave too little used. */
function planSegments(steps: readonly Step[], layouts: readonly ImageLayout[], capacity: number): Segment[] {
  const dense = steps.findLastIndex(({ kind, output }) => kind !== 'product' || output[0] * output[1] > 1) + 1;
  const images = dense > 0 && bytesOfWeights(steps.slice(dense)) <= CACHE ? steps.length : dense;
  const segment = (first: number, end: number, least: number): Segment => {
    const bytes = layouts.slice(first, end + 1).reduce((sum, { exampleBytes }) => sum + 2 * exampleBytes, 0);
    const block = Math.max(least, TILE * Math.floor(CACHE / bytes / TILE));
    return { first, end, block: Math.min(capacity, block) };
  };
  if (images === steps.length) return [segment(0, images, TILE)];
  const last = segment(images, steps.length, DENSE_BLOCK);
  return images === 0 ? [last] : [segment(0, images, TILE), last];
}

function bytesOfWeights(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => (step.kind === 'product' ? sum + 4 * (step.bias - step.weights) : sum), 0);
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
