import type { LayerSpec, ModelSpec } from '../../artifacts/experiment/experiment.js';
import { HjbLrError } from '../../errors.js';
import { size } from '../../math/shape.js';

/** A layer with its shapes known, without the batch axis. */
export interface PlannedLayer {
  readonly spec: LayerSpec;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** Weights first, then the bias; empty for a layer without parameters. */
  readonly parameterShapes: readonly (readonly number[])[];
  /** Values that enter one output unit, and output values that one input enters: the scale of the initial weights. */
  readonly fanIn: number;
  readonly fanOut: number;
}

type Convolution = Extract<LayerSpec, { type: 'conv2d' }>;
type Pooling = Extract<LayerSpec, { type: 'max_pool' | 'mean_pool' }>;

/** What a layer makes of its input's shape. */
type Shapes = Omit<PlannedLayer, 'spec' | 'inputShape'>;

/**
 * The layers of a description on inputs of a shape (images are [height, width, channels]), the last one giving one logit
 * for each class.
 * @throws E_SHAPE naming the first layer whose input does not fit, the shape it got and the shape it needs
 */
export function planLayers({ layers }: ModelSpec, inputShape: readonly number[], classes: number): PlannedLayer[] {
  const planned: PlannedLayer[] = [];
  let shape = inputShape;
  for (const [i, spec] of layers.entries()) {
    const shapes = shapesOf(spec, shape);
    if (typeof shapes === 'string')
      throw shapeError(i, spec.type, shapes, shape === inputShape ? imageRemedy(spec, shape) : null);
    planned.push({ spec, inputShape: shape, ...shapes });
    shape = shapes.outputShape;
  }
  if (shape.length === 1 && shape[0] === classes) return planned;
  const last = layers.length - 1;
  throw shapeError(
    last,
    layers[last].type,
    `gives ${shown(shape)} and must give [${classes}], one logit for each class`,
  );
}

/** The layer's shapes, or what is wrong: the shape it got, the shape it needs, and the remedy where there is one. */
function shapesOf(spec: LayerSpec, shape: readonly number[]): Shapes | string {
  switch (spec.type) {
    case 'dense':
      return dense(spec.units, shape);
    case 'conv2d':
      return convolution(spec, shape);
    case 'max_pool':
    case 'mean_pool':
      return pooling(spec, shape);
    case 'relu':
    case 'tanh':
    case 'dropout':
      return withoutParameters(shape);
    case 'flatten':
      return withoutParameters([size(shape)]);
  }
}

function dense(units: number, shape: readonly number[]): Shapes | string {
  if (shape.length !== 1) {
    return `got inputs of shape ${shown(shape)} and needs [values]: put { "type": "flatten" } before it`;
  }
  return {
    outputShape: [units],
    parameterShapes: [[shape[0], units], [units]],
    fanIn: shape[0],
    fanOut: units,
  };
}

function convolution({ filters, kernel, stride, padding }: Convolution, shape: readonly number[]): Shapes | string {
  if (shape.length !== 3) return needsImages(shape);
  const [height, width, channels] = shape;
  const sides = [height, width].map((side) => outputSide(side, kernel, stride, padding));
  if (Math.min(...sides) < 1) return tooSmall('kernel', kernel, shape);
  return {
    outputShape: [...sides, filters],
    parameterShapes: [[kernel, kernel, channels, filters], [filters]],
    fanIn: kernel * kernel * channels,
    fanOut: kernel * kernel * filters,
  };
}

/** Windows that would stick out are left out. */
function pooling({ size: window, stride = window }: Pooling, shape: readonly number[]): Shapes | string {
  if (shape.length !== 3) return needsImages(shape);
  const sides = shape.slice(0, 2).map((side) => outputSide(side, window, stride, 'valid'));
  if (Math.min(...sides) < 1) return tooSmall('window', window, shape);
  return withoutParameters([...sides, shape[2]]);
}

function withoutParameters(outputShape: readonly number[]): Shapes {
  return { outputShape, parameterShapes: [], fanIn: 0, fanOut: 0 };
}

function outputSide(side: number, kernel: number, stride: number, padding: 'same' | 'valid'): number {
  return Math.ceil((padding === 'same' ? side : side - kernel + 1) / stride);
}

function needsImages(shape: readonly number[]): string {
  return `got inputs of shape ${shown(shape)} and needs images [height, width, channels]`;
}

function tooSmall(part: string, side: number, shape: readonly number[]): string {
  return `got inputs of shape ${shown(shape)} and needs at least [${side}, ${side}, channels] for its ${part} of ${side}`;
}

/** For rows of values that a layer takes for images; null for others. */
function imageRemedy({ type }: LayerSpec, shape: readonly number[]): string | null {
  if (shape.length !== 1 || type === 'dense') return null;
  const side = Math.sqrt(shape[0]);
  const example = Number.isInteger(side) ? `[${side}, ${side}, 1]` : '[height, width, channels]';
  return `If each row is an image, say so in workload.data: "shape": ${example}. Otherwise take dense layers.`;
}

function shapeError(index: number, type: string, reason: string, remedy: string | null = null): HjbLrError {
  return new HjbLrError('E_SHAPE', `Layer ${index} (${type}) ${reason}.`, {
    remedy: remedy ?? 'Correct workload.model.layers.',
    issues: [{ path: `workload.model.layers.${index}`, message: reason }],
    fields: { layer: index, type },
  });
}

function shown(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
