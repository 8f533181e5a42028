import type { LayerSpec, ModelSpec } from '../../artifacts/experiment/experiment.js';
import type { RandomStream } from '../../math/random.js';
import { size } from '../../math/shape.js';
import type { DeclaredModel } from './model.js';
import { planLayers, type PlannedLayer } from './plan.js';

export { size } from '../../math/shape.js';
export { planLayers, type PlannedLayer } from './plan.js';

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
export function createModel(spec: ModelSpec, inputShape: readonly number[], classes: number): DeclaredModel {
  const layers = planLayers(spec, inputShape, classes);
  return {
    spec,
    layers,
    parameterShapes: layers.flatMap((layer) => layer.parameterShapes),
    initialise: (stream) =>
      layers.flatMap((layer, i) => initialParameters(layer, isBeforeRelu(spec.layers, i), stream)),
  };
}

function isBeforeRelu(layers: readonly LayerSpec[], index: number): boolean {
  const passedOver: readonly LayerSpec['type'][] = ['max_pool', 'mean_pool', 'flatten', 'dropout'];
  return layers.slice(index + 1).find(({ type }) => !passedOver.includes(type))?.type === 'relu';
}

function initialParameters(layer: PlannedLayer, beforeRelu: boolean, stream: RandomStream): Float32Array[] {
  if (layer.parameterShapes.length === 0) return [];
  const [weights, bias] = layer.parameterShapes.map(size);
  const deviation = Math.sqrt(2 / (beforeRelu ? layer.fanIn : layer.fanIn + layer.fanOut));
  return [Float32Array.from({ length: weights }, () => deviation * stream.normal()), new Float32Array(bias)];
}
