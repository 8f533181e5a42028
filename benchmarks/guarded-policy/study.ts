import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExperimentInput } from '../../src/artifacts/experiment/experiment.js';
import { benchmarkFile } from '../file.js';
import { thisMachine } from '../machine.js';
import { productResults, productRun } from '../product-run.js';
import { reportText, workloadOf, type Study } from './report.js';

const WORKLOADS = [
  'quickstart',
  'workloads/mlp-eps-0.2',
  'workloads/cnn-strided',
  'workloads/digits-softmax-l2',
  'workloads/mlp-clean',
  'workloads/mlp-momentum',
  'workloads/cnn-pooled',
] as const;

const SEEDS = [2000, 2001, 2002, 2003, 2004];
const FIXED_RATES = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4];

/**
 * Both rate policies against WSD at their own peak and against the best of eight fixed rates, by the product's own benchmark
 * on fresh seeds with the pilot of the defaults:
 *   npm run benchmark:guarded-policy -- OUT [WORKLOAD...]
 * The same command again goes on where it stopped; the report is made of the workloads that are whole.
 */
async function study(out = 'runs/guarded-policy', ...wanted: string[]): Promise<void> {
  const folderOf = (workload: string): string => path.join(out, path.basename(workload));
  for (const workload of WORKLOADS) {
    if (wanted.length > 0 && !wanted.includes(path.basename(workload))) continue;
    await productRun(experimentOf(workload), folderOf(workload));
  }
  const finished = await productResults(WORKLOADS.map(folderOf));
  const whole: Study = {
    command: 'npm run benchmark:guarded-policy',
    machine: thisMachine(),
    workloads: finished.map(workloadOf),
  };
  const local = (name: string): string => benchmarkFile(`guarded-policy/results/${name}`);
  writeFileSync(local('guarded-policy.results.json'), `${JSON.stringify(whole, null, 1)}\n`);
  writeFileSync(local('guarded-policy.md'), reportText(whole));
}

/** The workload with fresh seeds, the pilot of the defaults, and nothing but what is compared here. */
function experimentOf(workload: string): ExperimentInput {
  const given = JSON.parse(readFileSync(benchmarkFile(`learning-rate/${workload}.json`), 'utf8')) as ExperimentInput;
  const { pilot: _pilot, ...others } = given;
  return { ...others, seeds: SEEDS, benchmark: { fixed_rates: FIXED_RATES, schedule_free: null, named: [] } };
}

await study(...process.argv.slice(2));
