import type * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../src/training/engines/index.js';
import type { Loss } from '../../src/losses/index.js';
import type { Network } from '../../src/networks/network.js';

interface TensorNetworkOptions {
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly capacity: number;
}

/** A network without weights whose logits are this function of its inputs, [n, ...inputShape]. */
export function networkOf(
  engine: Engine,
  logits: (inputs: tf.Tensor) => tf.Tensor,
  { inputShape, classes, capacity }: TensorNetworkOptions,
): Network {
  const model = {
    spec: null,
    parameterShapes: [],
    initialise: () => [],
    logits: (_: readonly tf.Tensor[], inputs: tf.Tensor) => logits(inputs) as tf.Tensor2D,
  };
  const network = engine.createNetwork(model, { inputShape, classes }, capacity);
  network.load(new Float32Array(0));
  return network;
}

/** The sum of an example's logits, whatever its label. */
export const sumOfLogits: Loss = {
  name: 'sum',
  evaluate(logits, labels, losses, gradient) {
    const classes = logits.length / labels.length;
    gradient?.fill(1);
    for (let i = 0; i < labels.length; i += 1) {
      losses[i] = logits.subarray(i * classes, (i + 1) * classes).reduce((sum, value) => sum + value, 0);
    }
  },
};

/** The same network, its gradients counted in examples. */
export function counted(network: Network): { network: Network; gradients: () => number } {
  let examples = 0;
  const { linfAscent: _, ...plain } = network;
  const count = <Result>(inputs: Float32Array, result: Result): Result => {
    examples += inputs.length / network.inputSize;
    return result;
  };
  return {
    gradients: () => examples,
    network: {
      ...plain,
      inputGradient: (inputs, loss) => count(inputs, network.inputGradient(inputs, loss)),
      weightGradient: (inputs, loss) => count(inputs, network.weightGradient(inputs, loss)),
      gradients: (inputs, loss) => count(inputs, network.gradients(inputs, loss)),
    },
  };
}
