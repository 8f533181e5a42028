import type { LinfAscent, LogitGradient, Network } from '../../../networks/network.js';
import type { DeclaredModel } from '../../../workloads/models/model.js';
import { AS_IT_IS } from './image.js';
import { FUSED_KERNEL, type FusedKernel } from './module.js';
import { Passes, type Block, type Wanted } from './passes.js';
import { planNetwork } from './plan.js';

/**
 * A model of layers in one WebAssembly memory of its own, all of it planned here: blocks of examples that fit the cache
 * go through all layers, forward and then backward, each layer with its relu in one pass.
 *
 * @param capacity - most examples of one call
 * @param kernel - the build of the module; by default the faster one that runs here
 * @throws E_ENGINE naming the first layer that the engine cannot run, or if its buffers exceed 4 GiB
 *
 * @example
 * const model = createModel({ layers: [{ type: 'dense', units: 2 }] }, [1], 2);
 * const network = createFusedNetwork(model, 1);
 * network.load(Float32Array.of(1, -1, 0, 0)); // W = (1, -1), b = (0, 0)
 * network.logits(Float32Array.of(0.5)); // 0.5, -0.5
 */
export function createFusedNetwork(
  model: Pick<DeclaredModel, 'spec' | 'layers'>,
  capacity: number,
  kernel: FusedKernel = FUSED_KERNEL,
): Network {
  const plan = planNetwork(model, capacity);
  const passes = new Passes(plan, model.spec.normalization ?? AS_IT_IS, kernel);
  const inputSize = plan.inputs.layout.exampleBytes / 4;
  const classes = plan.logits.layout.exampleBytes / 4;
  return {
    inputSize,
    classes,
    parameters: plan.parameters.count,
    capacity,
    load: (weights) => passes.load(weights),
    logits(inputs) {
      const n = passes.enter(inputs, plan.inputs.values);
      passes.forward(n);
      return passes.view(plan.logits.values, n * classes);
    },
    inputGradient: (inputs, loss) => gradients(passes, inputs, loss, { inputs: true, weights: false }).inputs,
    weightGradient: (inputs, loss) => gradients(passes, inputs, loss, { inputs: false, weights: true }).weights,
    gradients: (inputs, loss) => gradients(passes, inputs, loss, { inputs: true, weights: true }),
    linfAscent: (start, clean, loss, ascent) => linfAscent(passes, start, clean, loss, ascent),
    // The memory goes with the network.
    dispose: () => {},
  };
}

function gradients(passes: Passes, inputs: Float32Array, loss: LogitGradient, wanted: Wanted) {
  const { parameters, inputs: place } = passes.plan;
  const n = passes.enter(inputs, place.values);
  if (wanted.weights) passes.run.fillZero(parameters.gradient, 4 * parameters.count);
  passes.forward(n);
  passes.applyLoss(n, loss);
  passes.backward(n, wanted);
  return {
    inputs: passes.view(place.gradients, inputs.length),
    weights: passes.view(parameters.gradient, parameters.count),
  };
}

function linfAscent(
  passes: Passes,
  start: Float32Array,
  clean: Float32Array,
  loss: LogitGradient,
  { steps, alpha, radius }: LinfAscent,
): Float32Array {
  const { inputs, clean: cleanAt } = passes.plan;
  const { exampleBytes } = inputs.layout;
  passes.enter(clean, cleanAt);
  const n = passes.enter(start, inputs.values);
  const ascend = ({ first, examples }: Block, length = alpha): void => {
    const [x, from, g] = [inputs.values, cleanAt, inputs.gradients].map((place) => place + first * exampleBytes);
    passes.run.ascend(x, from, g, examples * exampleBytes, length, radius);
  };
  // A step of length 0 projects.
  ascend({ first: 0, examples: n }, 0);
  passes.forward(n);
  for (let k = 1; k < steps; k += 1) {
    passes.applyLoss(n, loss);
    passes.cycle(n, ascend);
  }
  if (steps > 0) {
    passes.applyLoss(n, loss);
    passes.backward(n, { inputs: true, weights: false });
    ascend({ first: 0, examples: n });
  }
  return passes.view(inputs.values, (n * exampleBytes) / 4);
}
