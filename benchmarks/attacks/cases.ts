import type { AttackSpec } from '../../src/artifacts/experiment/attacks.js';
import type { LayerSpec } from '../../src/artifacts/experiment/experiment.js';

const radius = { eps: 0.1, restarts: 1, keep: 'last' } as const;

/** Attacks that both sides run: torchattacks has no best point and no losses but cross-entropy. */
export const ATTACKS: Readonly<Record<string, AttackSpec>> = {
  'FGSM from the input': { type: 'fgsm', eps: 0.1, alpha: 0.1, random_start: false },
  'PGD-20, Linf, from the input': {
    ...radius,
    type: 'pgd',
    norm: 'Linf',
    steps: 20,
    alpha: 0.0125,
    random_start: false,
  },
  'PGD-50, Linf, random start': { ...radius, type: 'pgd', norm: 'Linf', steps: 50, alpha: 0.005, random_start: true },
  'PGD-20, L2, from the input': {
    ...radius,
    type: 'pgd',
    norm: 'L2',
    eps: 1,
    steps: 20,
    alpha: 0.125,
    random_start: false,
  },
  'PGD-50, L2, random start': {
    ...radius,
    type: 'pgd',
    norm: 'L2',
    eps: 1,
    steps: 50,
    alpha: 0.05,
    random_start: true,
  },
};

export interface Case {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly layers: readonly LayerSpec[];
  /** Of the training that makes the weights: standard adversarial training against FGSM with a random start. */
  readonly updates: number;
  readonly rate: number;
}

const convolution = { type: 'conv2d', kernel: 4, stride: 2, padding: 'same' } as const;
const relu = { type: 'relu' } as const;

export const CASES: readonly Case[] = [
  {
    name: 'MLP 784-128-10',
    inputShape: [784],
    layers: [{ type: 'dense', units: 128 }, relu, { type: 'dense', units: 10 }],
    updates: 1500,
    rate: 0.2,
  },
  {
    name: 'CNN 16-32 strided, dense 100',
    inputShape: [28, 28, 1],
    layers: [
      { ...convolution, filters: 16 },
      relu,
      { ...convolution, filters: 32 },
      relu,
      { type: 'flatten' },
      { type: 'dense', units: 100 },
      relu,
      { type: 'dense', units: 10 },
    ],
    updates: 600,
    rate: 0.1,
  },
];
