import { HjbLrError } from '../../../errors.js';
import type { PlannedLayer } from '../../../workloads/models/plan.js';
import { size } from '../../../math/shape.js';
import { NO_BORDER, type Border, type Shape } from './image.js';

/**
 * A dense layer or a convolution: y[i, j, f] = b[f] + sum_{a, b, c} x[s i + a - p, t j + b - q, c] W[a, b, c, f], a dense
 * one with a kernel as large as its image.
 */
export interface ProductStep {
  readonly kind: 'product';
  readonly input: Shape;
  readonly output: Shape;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Zeros around the input, p above and q to the left. */
  readonly border: Border;
  /** First index in the weights of the network. */
  readonly weights: number;
  readonly bias: number;
  readonly isRelu: boolean;
}

export interface PoolStep {
  readonly kind: 'max_pool' | 'mean_pool';
  readonly input: Shape;
  readonly output: Shape;
  readonly size: number;
  readonly stride: number;
  readonly isRelu: boolean;
}

export type Step = ProductStep | PoolStep;

/** What the layers do to a batch: relu is part of the step before it, flatten changes nothing. */
export interface Steps {
  readonly input: Shape;
  /** Whether the first layer is a relu. */
  readonly isInputRelu: boolean;
  readonly steps: readonly Step[];
}

/** @throws E_ENGINE naming the first layer that the engine cannot run */
export function planSteps(layers: readonly PlannedLayer[]): Steps {
  const input = imageShape(layers[0].inputShape);
  const steps: Step[] = [];
  let isInputRelu = false;
  let weights = 0;
  for (const [i, layer] of layers.entries()) {
    const before = steps.at(-1);
    const { type } = layer.spec;
    if (type === 'flatten') continue;
    if (type === 'relu') {
      if (before === undefined) isInputRelu = true;
      else steps[steps.length - 1] = { ...before, isRelu: true };
    } else steps.push(stepOf(layer, i, before?.output ?? input, weights));
    weights += layer.parameterShapes.reduce((sum, shape) => sum + size(shape), 0);
  }
  return { input, isInputRelu, steps };
}

function stepOf(
  { spec, outputShape, parameterShapes }: PlannedLayer,
  index: number,
  input: Shape,
  first: number,
): Step {
  const output = imageShape(outputShape);
  const own = { input, output, isRelu: false };
  switch (spec.type) {
    case 'dense': {
      const side = [input[0], input[1]] as const;
      return { ...own, kind: 'product', kernel: side, stride: side, border: NO_BORDER, ...parametersAt(first) };
    }
    case 'conv2d': {
      const sides = { kernel: [spec.kernel, spec.kernel], stride: [spec.stride, spec.stride] } as const;
      return { ...own, kind: 'product', ...sides, border: borderOf(spec, input, output), ...parametersAt(first) };
    }
    case 'max_pool':
    case 'mean_pool':
      return { ...own, kind: spec.type, size: spec.size, stride: spec.stride ?? spec.size };
    default:
      throw cannotRun(index, spec.type);
  }
  function parametersAt(weights: number) {
    return { weights, bias: weights + size(parameterShapes[0]) };
  }
}

/** TensorFlow's: as many zeros as give ceil(side / stride) outputs, the odd one below and to the right. */
function borderOf(
  { kernel, stride, padding }: { readonly kernel: number; readonly stride: number; readonly padding: 'same' | 'valid' },
  input: Shape,
  output: Shape,
): Border {
  if (padding === 'valid') return NO_BORDER;
  const zeros = [0, 1].map((axis) => Math.max(0, (output[axis] - 1) * stride + kernel - input[axis]));
  const before = zeros.map((count) => Math.floor(count / 2));
  return { top: before[0], bottom: zeros[0] - before[0], left: before[1], right: zeros[1] - before[1] };
}

function imageShape(shape: readonly number[]): Shape {
  return shape.length === 3 ? [shape[0], shape[1], shape[2]] : [1, 1, size(shape)];
}

function cannotRun(index: number, type: string): HjbLrError {
  return new HjbLrError('E_ENGINE', `The engine "fused" cannot run layer ${index} (${type}).`, {
    remedy: 'Use an engine that has it: --engine native or tfjs, or auto, which finds one.',
    issues: [{ path: `workload.model.layers.${index}`, message: `is no layer of the engine "fused": ${type}` }],
    fields: { layer: index, type },
  });
}
