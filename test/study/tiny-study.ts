import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tableText, tinyExperiment } from '../helpers/tiny-experiment.js';

/** Every kind of method on one workload of a second, with a tuned one; in a folder of its own. */
export async function tinyStudy(folder: string, changes: object = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { benchmark: _, ...experiment } = tinyExperiment();
  await writeFile(path.join(folder, 'table.csv'), tableText());
  await writeFile(path.join(folder, 'two-classes.json'), JSON.stringify(experiment));
  const study = {
    kind: 'benchmark_study',
    name: 'tiny',
    workloads: ['two-classes.json'],
    seeds: [1],
    tuning_seeds: [10],
    methods: METHODS,
    subject: 'hjb',
    reference: 'fixed',
    curve: { points: 3, examples: 20 },
    scoring: { train_examples: 40, test_examples: 20, strong: { examples: 10 } },
    bootstrap: { replications: 100 },
    ...changes,
  };
  const file = path.join(folder, 'study.json');
  await writeFile(file, JSON.stringify(study));
  return file;
}

export const METHODS = [
  { kind: 'schedule', name: 'fixed', schedule: 'constant:{rate}', grid: { rate: [0.1, 0.4] } },
  { kind: 'schedule', name: 'sps', schedule: 'constant:1', optimizer: { name: 'polyak' } },
  { kind: 'schedule', name: 'too large', schedule: 'constant:1e39' },
  { kind: 'policy', name: 'sgd' },
  { kind: 'policy', name: 'hjb', guarded: false },
  { kind: 'open_loop_replay', name: 'replay' },
  { kind: 'shuffled_coefficients', name: 'shuffled' },
  { kind: 'pilot_peak', name: 'wsd at the peak', schedule: 'wsd:peak={peak}' },
  { kind: 'named', name: 'sf7', schedule: 'sf7' },
  { kind: 'recommended', name: 'recommended' },
] as const;
