import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { workloadSchema } from '../../src/artifacts/experiment/experiment.js';
import { randomStream } from '../../src/math/random.js';
import { drawIndices, gatherBatch } from '../../src/training/minibatch.js';
import { concatenated } from '../../src/training/weights.js';
import { createWorkload, type DeclaredModel } from '../../src/workloads/index.js';
import type { LayerSpec } from '../../src/artifacts/experiment/experiment.js';

/** An adversarial step: PGD on a minibatch of Fashion-MNIST, then one step of SGD. */
export interface StepProblem {
  readonly name: string;
  readonly batch: number;
  readonly attackSteps: number;
  /** Images are pooled by this factor: 28 / pool pixels a side. */
  readonly pool: number;
  readonly layers: readonly Partial<LayerSpec>[];
  /** Steps of one round, a few tenths of a second of the fastest. */
  readonly steps: number;
  /** Most of (engine / torch) that is aimed at. */
  readonly aims: { readonly 'fused 20': number; readonly 'fused 22': number; readonly native: number };
}

const conv = (filters: number, kernel: number, stride: number): Partial<LayerSpec> => ({
  ...{ type: 'conv2d', filters, kernel, stride },
});
const [relu, flatten, maxPool, logits] = [
  { type: 'relu' },
  { type: 'flatten' },
  { type: 'max_pool' },
  { type: 'dense', units: 10 },
] as const;
const perceptron = [flatten, { type: 'dense', units: 128 }, relu, logits] as const;

export const PROBLEMS: readonly StepProblem[] = [
  {
    name: 'MLP 196-128-10, batch 64, PGD-5',
    ...{ batch: 64, attackSteps: 5, pool: 2, layers: perceptron, steps: 200 },
    aims: { 'fused 22': 1, 'fused 20': 1.2, native: 3.5 },
  },
  {
    name: 'MLP 784-128-10, batch 128, PGD-7',
    ...{ batch: 128, attackSteps: 7, pool: 1, layers: perceptron, steps: 50 },
    aims: { 'fused 22': 1.8, 'fused 20': 2.3, native: 2 },
  },
  {
    name: 'CNN 16-32 strided, batch 128, PGD-7',
    ...{ batch: 128, attackSteps: 7, pool: 1, steps: 4 },
    layers: [conv(16, 5, 2), relu, conv(32, 3, 2), relu, flatten, logits],
    aims: { 'fused 22': 1.2, 'fused 20': 1.5, native: 1.1 },
  },
  {
    name: 'CNN 16-32 with pooling, batch 128, PGD-7',
    ...{ batch: 128, attackSteps: 7, pool: 1, steps: 2 },
    layers: [conv(16, 3, 1), relu, maxPool, conv(32, 3, 1), relu, maxPool, flatten, logits],
    aims: { 'fused 22': 1, 'fused 20': 1.2, native: 1.2 },
  },
];

/** Minibatches that the steps go round. */
export const BATCHES = 8;
const EPS = 0.1;

/** What every contender reads: `problem.json` of this shape, and `weights.bin`, `inputs.bin`, `labels.bin` beside it. */
export interface ProblemFile {
  readonly model: DeclaredModel['spec'];
  readonly layers: DeclaredModel['layers'];
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly batch: number;
  readonly batches: number;
  readonly eps: number;
  readonly alpha: number;
  readonly attackSteps: number;
  readonly rate: number;
}

/** Writes a problem with its minibatches and initial weights into a folder. */
export async function writeProblem(folder: string, problem: StepProblem): Promise<void> {
  const { batch, attackSteps, pool, layers } = problem;
  const attack = { type: 'pgd', eps: EPS, steps: attackSteps };
  const spec = workloadSchema.parse({
    data: { format: 'builtin', name: 'fashion-mnist', pool },
    model: { layers },
    attack,
  });
  const { dataset, model } = await createWorkload(spec, folder);
  const declared = model as DeclaredModel;
  const indices = drawIndices(dataset.train.count, batch * BATCHES, randomStream(0, 'benchmark/batches'));
  const { inputs, labels } = gatherBatch(dataset.train, indices);
  const file: ProblemFile = {
    ...{ model: declared.spec, layers: declared.layers, inputShape: dataset.inputShape, classes: dataset.classes },
    ...{ batch, batches: BATCHES, eps: EPS, alpha: (2.5 * EPS) / attackSteps, attackSteps, rate: 0.05 },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'problem.json'), JSON.stringify(file));
  writeFileSync(path.join(folder, 'weights.bin'), concatenated(model.initialise(randomStream(0, 'benchmark/weights'))));
  writeFileSync(path.join(folder, 'inputs.bin'), inputs);
  writeFileSync(path.join(folder, 'labels.bin'), labels);
}
