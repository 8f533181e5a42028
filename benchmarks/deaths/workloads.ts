import type { ExperimentInput } from '../../src/artifacts/experiment/experiment.js';

type Workload = Exclude<ExperimentInput['workload'], string>;
type Layers = NonNullable<Workload['model']>['layers'];

const dense = (...units: number[]): Layers => [
  { type: 'flatten' },
  ...units.flatMap((n): Layers => [{ type: 'dense', units: n }, { type: 'relu' }]),
  { type: 'dense', units: 10 },
];
const convolution = (filters: number, stride: number): Layers => [
  { type: 'conv2d', filters, kernel: 3, stride },
  { type: 'relu' },
];
const ending: Layers = [{ type: 'flatten' }, { type: 'dense', units: 10 }];

const images = { format: 'builtin', name: 'fashion-mnist', pool: 2 } as const;
const digits = { format: 'builtin', name: 'digits' } as const;
const linf = (eps: number, steps: number) => ({ type: 'pgd', norm: 'Linf', eps, steps }) as const;

interface Shape {
  readonly name: string;
  readonly data: Workload['data'];
  readonly layers: Layers;
  readonly attack: Workload['attack'];
  readonly batch: number;
  readonly optimizer?: ExperimentInput['optimizer'];
}

/** Ten small workloads; on the last five, all convolutional, plain SGD at a rate that perceptrons take dies within 20 updates. */
const SHAPES: readonly Shape[] = [
  { name: 'MLP 64, Linf 0.1', data: images, layers: dense(64), attack: linf(0.1, 5), batch: 64 },
  { name: 'MLP 64, Linf 0.2, batch 32', data: images, layers: dense(64), attack: linf(0.2, 5), batch: 32 },
  { name: 'MLP 64-64, Linf 0.1', data: images, layers: dense(64, 64), attack: linf(0.1, 3), batch: 32 },
  {
    name: 'MLP 64, Linf 0.1, momentum, weight decay',
    data: images,
    layers: dense(64),
    attack: linf(0.1, 5),
    batch: 32,
    optimizer: { name: 'sgd', momentum: 0.9, weight_decay: 5e-4 },
  },
  {
    name: 'digits, softmax, L2 0.5',
    data: digits,
    layers: dense(),
    attack: { type: 'pgd', norm: 'L2', eps: 0.5, steps: 7 },
    batch: 32,
  },
  {
    name: 'CNN 8s2-16s2, Linf 0.1',
    data: images,
    layers: [...convolution(8, 2), ...convolution(16, 2), ...ending],
    attack: linf(0.1, 3),
    batch: 32,
  },
  {
    name: 'CNN 8-pool-16, Linf 0.1',
    data: images,
    layers: [...convolution(8, 1), { type: 'max_pool', size: 2 }, ...convolution(16, 2), ...ending],
    attack: linf(0.1, 3),
    batch: 32,
  },
  {
    name: 'CNN 8s2-16-16, Linf 0.1',
    data: images,
    layers: [...convolution(8, 2), ...convolution(16, 1), ...convolution(16, 1), ...ending],
    attack: linf(0.1, 5),
    batch: 32,
  },
  {
    name: 'CNN 8s2-16s2, Linf 0.2, batch 16',
    data: images,
    layers: [...convolution(8, 2), ...convolution(16, 2), ...ending],
    attack: linf(0.2, 3),
    batch: 16,
  },
  {
    name: 'CNN 8-8 on digits, Linf 0.1',
    data: digits,
    layers: [...convolution(8, 1), ...convolution(8, 1), ...ending],
    attack: linf(0.1, 3),
    batch: 32,
  },
];

const HORIZON = 300;
const SEEDS = Array.from({ length: 34 }, (_, i) => 2000 + i);

/** The experiments: 34 seeds of each workload, scored on few examples, since a death shows on any. */
export const EXPERIMENTS: readonly ExperimentInput[] = SHAPES.map(
  ({ name, data, layers, attack, batch, optimizer }): ExperimentInput => ({
    kind: 'experiment',
    schema_version: '1.0.0',
    name,
    workload: { data, model: { layers }, attack },
    batch_size: batch,
    horizon: HORIZON,
    ...(optimizer === undefined ? {} : { optimizer }),
    seeds: SEEDS,
    evaluation: { train_examples: 500, test_examples: 200, checks: null },
    benchmark: { fixed_rates: [1.6], decays: [], schedule_free: null, named: [] },
  }),
);
