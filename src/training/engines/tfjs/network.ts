import * as tf from '@tensorflow/tfjs';
import { size } from '../../../math/shape.js';
import type { LogitGradient, Network } from '../../../networks/network.js';
import { concatenated, separated } from '../../weights.js';
import { ascendOnTensors } from './ascent.js';
import { inputLosses, sumOfLosses } from './losses.js';
import type { PassedLogits } from './passes.js';

interface TensorNetworkOptions {
  readonly parameterShapes: readonly (readonly number[])[];
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly capacity: number;
  /** Whether the ascent is faster on tensors than in plain code between them. */
  readonly ascends: boolean;
}

/** A network whose logits are computed on TensorFlow.js tensors, and differentiated by that library. */
export function createTensorNetwork({ logits, ...rest }: PassedLogits, options: TensorNetworkOptions): Network {
  const { parameterShapes, inputShape, classes, capacity, ascends } = options;
  const inputSize = size(inputShape);
  let weights: tf.Tensor[] = [];

  const free = (): void => {
    tf.dispose(weights);
    weights = [];
  };
  const tensorOf = (inputs: Float32Array): tf.Tensor => tf.tensor(inputs, [inputs.length / inputSize, ...inputShape]);
  const gradients = (inputs: Float32Array, loss: LogitGradient, { ofInputs }: { ofInputs: boolean }): Float32Array[] =>
    tidied(() => {
      const variables = ofInputs ? [tensorOf(inputs), ...weights] : weights;
      const x = ofInputs ? null : tensorOf(inputs);
      const total = (...given: tf.Tensor[]): tf.Scalar =>
        sumOfLosses(x === null ? logits(given.slice(1), given[0]) : logits(given, x), loss);
      return tf.grads(total)(variables).map(valuesOf);
    });

  const ofInputs = (loss: LogitGradient): ((x: tf.Tensor) => tf.Tensor) =>
    tf.grad((x: tf.Tensor) => sumOfLosses(logits(weights, x), loss));
  const linfAscent: Network['linfAscent'] = (start, clean, loss, ascent) =>
    tidied(() => valuesOf(ascendOnTensors(ofInputs(loss), tensorOf(start), tensorOf(clean), ascent)));

  return {
    inputSize,
    classes,
    parameters: parameterShapes.reduce((sum, shape) => sum + size(shape), 0),
    capacity,
    load(values) {
      free();
      weights = separated(values, parameterShapes).map((value, i) => tf.tensor(value.slice(), [...parameterShapes[i]]));
    },
    logits: (inputs) => tidied(() => valuesOf(logits(weights, tensorOf(inputs)))),
    inputGradient: (inputs, loss) => tidied(() => valuesOf(ofInputs(loss)(tensorOf(inputs)))),
    weightGradient: (inputs, loss) => concatenated(gradients(inputs, loss, { ofInputs: false })),
    gradients(inputs, loss) {
      const [ofX, ...ofWeights] = gradients(inputs, loss, { ofInputs: true });
      return { inputs: ofX, weights: concatenated(ofWeights) };
    },
    perturbTensors: (attack, { inputs, labels }, loss, stream, kept) =>
      tidied(() => {
        const losses = (x: tf.Tensor): tf.Tensor1D => inputLosses(logits(weights, x), loss, labels);
        return valuesOf(
          attack.perturb(losses, tensorOf(inputs), stream, kept === undefined ? undefined : tensorOf(kept)),
        );
      }),
    ...(ascends ? { linfAscent } : {}),
    ...(rest.passes === undefined ? {} : { passes: rest.passes }),
    ...(rest.dropout === undefined ? {} : { dropout: rest.dropout }),
    dispose() {
      free();
      rest.dispose();
    },
  };
}

/** `tf.tidy` without its result: it would look for tensors in an array number by number, at half the time of a step. */
function tidied<Result>(compute: () => Result): Result {
  let result: Result;
  tf.tidy(() => {
    result = compute();
  });
  return result!;
}

function valuesOf(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<'float32'>();
}
