import type { LogNumber, TrainingLog } from '../../src/artifacts/training-log/training-log.js';

interface Overrides {
  readonly purpose?: string;
  readonly status?: 'completed' | 'diverged';
  readonly updates?: number;
  readonly rate?: (k: number) => number;
  readonly loss?: (k: number) => LogNumber;
}

/** A small pilot log: rates .1 and .2 in turns, losses falling from 2.3, a little different for every name but "a". */
export function pilotLog(runId: string, overrides: Overrides = {}): TrainingLog {
  const { purpose = 'pilot/identification', status = 'completed', updates = 12 } = overrides;
  const { rate = (k) => (k % 2 === 0 ? 0.1 : 0.2), loss = (k) => 2.3 - 0.01 * k + offsetOf(runId) } = overrides;
  return {
    header: {
      kind: 'training_log',
      schema_version: '1.0.0',
      tool_version: '0.1.0',
      run_id: runId,
      purpose,
      seed: 1,
      engine: 'tfjs',
      backend: 'wasm',
      kernel: 'xnnpack-simd',
      threads: 1,
      version: '4.22.0',
      loss: 'cross_entropy',
      lr_schedule: { name: 'piecewise' },
      optimizer: { name: 'sgd', momentum: 0, nesterov: false, weight_decay: 0 },
      clip: { kind: 'ratchet', gain: 0.05 },
      batch_size: 8,
      updates,
      horizon: 100,
      updates_per_epoch: 10,
      objective: { metric: 'adversarial', split: 'train', form: 'terminal' },
      attack: { type: 'pgd', norm: 'Linf', eps: 0.1, steps: 5, random_start: true, restarts: 1, keep: 'last' },
      training: { type: 'standard' },
      dataset: { name: 'digits', sha256: '0', train: 80, validation: 10, test: 10 },
      model: null,
      parameters: 10,
    },
    steps: Array.from({ length: updates }, (_, k) => ({
      type: 'step' as const,
      update: k,
      epoch: k / 10,
      lr: rate(k),
      reason: 'schedule',
      train_robust_loss: loss(k),
      grad_norm: 1,
      clip_factor: 1,
      step_length: rate(k),
      n_grad_evals: 6 * (k + 1),
    })),
    evaluations: [],
    measurements: [],
    looks: [],
    end: { type: 'end', status, updates, n_grad_evals: 6 * updates },
  };
}

/** A multiple of 1e-6 for a name; 0 for "a". */
function offsetOf(name: string): number {
  return 1e-6 * [...name].reduce((sum, letter) => 2 * sum + letter.charCodeAt(0) - 97, 0);
}
