import { readFileSync } from 'node:fs';
import path from 'node:path';
import { randomStream } from '../../src/math/random.js';
import { openEngine, type Engine, type EngineName } from '../../src/training/engines/index.js';
import { lossAndGradient } from '../../src/training/minibatch.js';
import { norm } from '../../src/math/vectors.js';
import { createOptimizer } from '../../src/training/optimizers/index.js';
import { createAttack } from '../../src/attacks/create-attack.js';
import { createModel } from '../../src/workloads/index.js';
import type { LabelledInputs } from '../../src/networks/network.js';
import { crossEntropy } from '../../src/losses/cross-entropy.js';
import type { ProblemFile } from './problems.js';

export interface AdversarialSteps {
  readonly engine: Engine;
  /** That many updates on the minibatches in turn. @returns the last loss */
  take(updates: number): number;
  /**
   * One update from the initial weights on the first minibatch, without random start.
   * @returns its loss, and the sum of h_i (theta'_i - theta_i) with h_i = (7919 i mod 101) / 101 - 1/2
   */
  check(): { loss: number; displacement: number };
}

/** The steps of the training loop (`src/training/trainer.ts`) without schedule and log. */
export async function adversarialSteps(folder: string, name: EngineName): Promise<AdversarialSteps> {
  const file = JSON.parse(readFileSync(path.join(folder, 'problem.json'), 'utf8')) as ProblemFile;
  const { inputShape, classes, batch, eps, alpha, attackSteps: steps, rate } = file;
  const initial = new Float32Array(bytes(folder, 'weights.bin'));
  const batches = readBatches(folder, file);
  const engine = await openEngine(name, 'dense');
  const model = createModel(file.model, inputShape, classes);
  const network = engine.createNetwork(model, { inputShape, classes }, batch);
  const stream = randomStream(0, 'benchmark/noise');
  const gradient = new Float32Array(initial.length);
  const attackFrom = (random_start: boolean) =>
    createAttack({ ...{ type: 'pgd', norm: 'Linf', eps, alpha, steps, random_start, restarts: 1 } });
  const sgd = { name: 'sgd', momentum: 0, nesterov: false, weight_decay: 0 } as const;
  const fresh = () => createOptimizer(sgd, { averages: false, initial, updates: Infinity, resumed: null });

  const update = (
    optimizer: ReturnType<typeof fresh>,
    examples: LabelledInputs,
    attack: ReturnType<typeof attackFrom>,
  ) => {
    network.load(optimizer.gradientPoint());
    const inputs = attack.perturb(network, examples, crossEntropy, stream);
    const taken = lossAndGradient(network, { inputs, labels: examples.labels }, crossEntropy);
    gradient.set(taken.gradient);
    optimizer.step(gradient, { rate, clipFactor: 1, loss: taken.loss, gradientNorm: norm(gradient) });
    return taken.loss;
  };

  const [optimizer, attack] = [fresh(), attackFrom(true)];
  let done = 0;
  return {
    engine,
    take(updates) {
      let loss = NaN;
      for (let i = 0; i < updates; i += 1, done += 1) loss = update(optimizer, batches[done % batches.length], attack);
      return loss;
    },
    check() {
      const once = fresh();
      const loss = update(once, batches[0], attackFrom(false));
      const displacement = once
        .output()
        .reduce((sum, weight, i) => sum + (((7919 * i) % 101) / 101 - 0.5) * (weight - initial[i]), 0);
      return { loss, displacement };
    },
  };
}

function readBatches(folder: string, { batch, batches }: ProblemFile): LabelledInputs[] {
  const inputs = new Float32Array(bytes(folder, 'inputs.bin'));
  const labels = new Int32Array(bytes(folder, 'labels.bin'));
  const width = inputs.length / labels.length;
  return Array.from({ length: batches }, (_, b) => ({
    inputs: inputs.slice(b * batch * width, (b + 1) * batch * width),
    labels: labels.slice(b * batch, (b + 1) * batch),
  }));
}

function bytes(folder: string, name: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = readFileSync(path.join(folder, name));
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
