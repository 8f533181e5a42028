import * as tf from '@tensorflow/tfjs';
import type { LayerSpec, ModelSpec } from '../../artifacts/experiment.js';
import { HjbLrError } from '../../errors.js';
import type { RandomStream } from '../../math/random.js';
import type { Model } from '../workload.js';
import { buildLayer, shown, size, type Layer } from './layers.js';

/**
 * The classifier of a declarative description; inputs in [0, 1], the normalization (x - mean) / standard_deviation
 * inside. Weights of a layer that a relu follows (pooling and flatten may stand between) start He normal, variance
 * 2 / fan-in; others Glorot normal, 2 / (fan-in + fan-out); biases start at 0.
 *
 * @param inputShape - shape of one input, for example [14, 14, 1]
 * @param classes - number of logits that the last layer must give
 * @throws E_SHAPE naming the first layer whose input does not fit, the shape it got and the shape it needs
 *
 * @example
 * const model = createModel({ layers: [{ type: 'dense', units: 10 }] }, [64], 10);
 * model.parameterShapes; // [[64, 10], [10]]
 */
export function createModel(spec: ModelSpec, inputShape: readonly number[], classes: number): Model {
  const layers = buildLayers(spec.layers, inputShape, classes);
  const normalize = normalization(spec);
  return {
    spec,
    parameterShapes: layers.flatMap((layer) => layer.parameterShapes),
    initialise: (stream) =>
      layers.flatMap((layer, i) => initialParameters(layer, isBeforeRelu(spec.layers, i), stream)),
    logits: (weights, inputs) => applyAll(layers, weights, normalize(inputs)) as tf.Tensor2D,
  };
}

function buildLayers(specs: readonly LayerSpec[], inputShape: readonly number[], classes: number): Layer[] {
  const layers: Layer[] = [];
  let shape = inputShape;
  for (const [i, spec] of specs.entries()) {
    const layer = buildLayer(spec, shape);
    if (typeof layer === 'string') throw shapeError(i, spec.type, layer);
    layers.push(layer);
    shape = layer.outputShape;
  }
  if (shape.length === 1 && shape[0] === classes) return layers;
  const last = specs.length - 1;
  throw shapeError(
    last,
    specs[last].type,
    `gives ${shown(shape)} and must give [${classes}], one logit for each class`,
  );
}

function normalization({ normalization: given }: ModelSpec): (inputs: tf.Tensor) => tf.Tensor {
  if (given === undefined) return (inputs) => inputs;
  return (inputs) => tf.div(tf.sub(inputs, given.mean), given.standard_deviation);
}

/** The layers one after the other, each with its own share of the weights. */
function applyAll(layers: readonly Layer[], weights: readonly tf.Tensor[], inputs: tf.Tensor): tf.Tensor {
  let next = 0;
  return layers.reduce((x, layer) => {
    const first = next;
    next += layer.parameterShapes.length;
    return layer.apply(weights.slice(first, next), x);
  }, inputs);
}

function isBeforeRelu(layers: readonly LayerSpec[], index: number): boolean {
  const passedOver: readonly LayerSpec['type'][] = ['max_pool', 'mean_pool', 'flatten'];
  return layers.slice(index + 1).find(({ type }) => !passedOver.includes(type))?.type === 'relu';
}

function initialParameters(layer: Layer, beforeRelu: boolean, stream: RandomStream): Float32Array[] {
  if (layer.parameterShapes.length === 0) return [];
  const [weights, bias] = layer.parameterShapes.map(size);
  const deviation = Math.sqrt(2 / (beforeRelu ? layer.fanIn : layer.fanIn + layer.fanOut));
  return [Float32Array.from({ length: weights }, () => deviation * stream.normal()), new Float32Array(bias)];
}

function shapeError(index: number, type: string, reason: string): HjbLrError {
  return new HjbLrError('E_SHAPE', `Layer ${index} (${type}) ${reason}.`, {
    remedy: 'Correct workload.model.layers.',
    issues: [{ path: `workload.model.layers.${index}`, message: reason }],
    fields: { layer: index, type },
  });
}
