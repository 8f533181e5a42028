import type { ExperimentInput } from '../../src/artifacts/experiment/experiment.js';

/** A whole experiment that takes a second: two classes of points in a CSV file, `table.csv`, beside it. */
export function tinyExperiment(): ExperimentInput {
  return {
    kind: 'experiment',
    schema_version: '1.0.0',
    name: 'two classes',
    workload: {
      data: { format: 'csv', path: 'table.csv' },
      model: { layers: [{ type: 'dense', units: 2 }] },
      attack: { type: 'pgd', norm: 'Linf', eps: 0.05, steps: 1 },
    },
    batch_size: 8,
    horizon: 60,
    seeds: [1],
    pilot: { peak: { method: 'given', peak: 0.4 }, runs: 2, updates_per_run: 25, hold: 10, budget: 5 },
    estimation: { bootstrap: 0, maximum_prediction_error: 5 },
    solver: { nodes: { slow: 5, noise: 5 }, steps: 10 },
    evaluation: { train_examples: 20, test_examples: 20, batch_size: 20, checks: null },
    benchmark: { fixed_rates: [0.2], decays: [], schedule_free: null },
  };
}

/**
 * Rows x, y, label on two overlapping diagonals.
 * @param shift - of the points of class 1, 0 to 0.25
 */
export function tableText(shift = 0): string {
  const rows = Array.from({ length: 80 }, (_, i) => {
    const [label, along] = [i % 2, (i % 37) / 37];
    return `${(0.75 * along + label * shift).toFixed(4)},${(0.3 + 0.4 * label + 0.3 * ((i % 11) / 11)).toFixed(4)},${label}`;
  });
  return ['x,y,label', ...rows].join('\n');
}
