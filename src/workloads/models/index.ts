import * as tf from '@tensorflow/tfjs';
import type { ModelSpec } from '../../artifacts/experiment.js';
import { HjbLrError } from '../../errors.js';
import type { RandomStream } from '../../math/random.js';
import type { Model } from '../workload.js';
import { buildLayer, size, type Layer } from './layers.js';

/**
 * The classifier of a declarative description. Weights before a relu start He normal (variance 2 / fan-in), others
 * Glorot normal (2 / (fan-in + fan-out)); biases start at 0.
 *
 * @param inputShape - shape of one input
 * @param classes - number of logits that the last layer must give
 * @throws E_SHAPE naming every layer whose input does not fit, the shape it got and the shape it needs
 */
export function createModel(spec: ModelSpec, inputShape: readonly number[], classes: number): Model {
  const layers = buildLayers(spec, inputShape, classes);
  const beforeRelu = spec.layers.map((_, i) => spec.layers[i + 1]?.type === 'relu');
  const { mean, standard_deviation } = spec.normalization ?? { mean: 0, standard_deviation: 1 };
  return {
    spec,
    parameterShapes: layers.flatMap((layer) => layer.parameterShapes),
    initialise: (stream) => layers.flatMap((layer, i) => initialParameters(layer, beforeRelu[i], stream)),
    logits(weights, inputs) {
      let x = spec.normalization === undefined ? inputs : tf.div(tf.sub(inputs, mean), standard_deviation);
      let next = 0;
      for (const layer of layers) {
        const own = weights.slice(next, next + layer.parameterShapes.length);
        next += layer.parameterShapes.length;
        x = layer.apply(own, x);
      }
      return x as tf.Tensor2D;
    },
  };
}

function buildLayers(spec: ModelSpec, inputShape: readonly number[], classes: number): Layer[] {
  const layers: Layer[] = [];
  let shape = inputShape;
  for (const [i, layerSpec] of spec.layers.entries()) {
    const layer = buildLayer(layerSpec, shape);
    if (typeof layer === 'string') throw shapeError(i, layerSpec.type, layer);
    layers.push(layer);
    shape = layer.outputShape;
  }
  if (shape.length !== 1 || shape[0] !== classes) {
    const last = spec.layers.length - 1;
    throw shapeError(last, spec.layers[last].type, `gives [${shape.join(', ')}]; the data have ${classes} classes, so it must give [${classes}]`);
  }
  return layers;
}

function initialParameters({ parameterShapes, fanIn, fanOut }: Layer, beforeRelu: boolean, stream: RandomStream): Float32Array[] {
  const deviation = Math.sqrt(beforeRelu ? 2 / fanIn : 2 / (fanIn + fanOut));
  return parameterShapes.map((shape, i) => {
    if (i === 1) return new Float32Array(size(shape));
    return Float32Array.from({ length: size(shape) }, () => deviation * stream.normal());
  });
}

function shapeError(index: number, type: string, reason: string): HjbLrError {
  return new HjbLrError('E_SHAPE', `Layer ${index} (${type}) ${reason}.`, {
    remedy: 'Correct model.layers in the experiment.',
    issues: [{ path: `workload.model.layers.${index}`, message: reason }],
    fields: { layer: index, type },
  });
}
