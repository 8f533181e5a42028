import type { AttackSpec, ModelSpec } from '../../../src/artifacts/experiment/experiment.js';
import { randomStream } from '../../../src/math/random.js';
import { openEngine, type EngineName } from '../../../src/training/engines/index.js';
import { concatenated } from '../../../src/training/weights.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import { createModel } from '../../../src/workloads/index.js';
import type { LabelledInputs, Network } from '../../../src/networks/network.js';
import { size } from '../../../src/workloads/models/index.js';

export const CLASSES = 3;

/** A small network with its weights, and examples that no two share. */
export async function problem(
  spec: ModelSpec,
  inputShape: readonly number[],
  { count = 20, capacity = 8, seed = 1, engine: name = 'tfjs' as EngineName } = {},
): Promise<{
  network: Network;
  weights: Float32Array;
  examples: LabelledInputs;
  model: ReturnType<typeof createModel>;
}> {
  const engine = await openEngine(name, 'dense');
  const model = createModel(spec, inputShape, CLASSES);
  const stream = randomStream(seed, 'problem');
  const inputs = stream.fillUniform(new Float32Array(count * size(inputShape)), 0, 1);
  const labels = Int32Array.from({ length: count }, () => stream.integer(CLASSES));
  return {
    network: engine.createNetwork(model, { inputShape, classes: CLASSES }, capacity),
    weights: concatenated(model.initialise(stream)),
    examples: { inputs, labels },
    model,
  };
}

export const pgd = (change: Partial<Extract<AttackSpec, { type: 'pgd' }>> = {}) =>
  createAttack({
    type: 'pgd',
    norm: 'Linf',
    eps: 0.1,
    steps: 2,
    random_start: true,
    restarts: 1,
    ...change,
  });
