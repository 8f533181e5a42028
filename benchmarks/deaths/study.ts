import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Results } from '../../src/artifacts/results/results.js';
import { benchmarkFile } from '../file.js';
import { machineText, thisMachine } from '../machine.js';
import { productResults, productRun } from '../product-run.js';
import { EXPERIMENTS } from './workloads.js';

const METHODS = {
  recommended: 'recommended',
  policy: 'policy: sgd',
  'policy-hjb': 'policy: hjb',
  'fixed-1.6': 'fixed 1.6',
};

/**
 * How many runs end dead under `recommended`, `policy: sgd` and `policy: hjb`, with a fixed rate of 1.6 as the control:
 *   npm run benchmark:deaths -- OUT
 * The same command again goes on where it stopped; the report is made of the workloads that are whole.
 */
async function study(out = 'runs/deaths'): Promise<void> {
  const folders = EXPERIMENTS.map((_, i) => path.join(out, `${i}`));
  for (const [i, experiment] of EXPERIMENTS.entries()) {
    await productRun(experiment, folders[i]);
    writeFileSync(benchmarkFile('deaths/results/deaths.md'), reportText(await productResults(folders)));
  }
}

function reportText(finished: readonly Results[]): string {
  const names = Object.entries(METHODS);
  const rows = finished.map(
    (results) =>
      `| ${[results.name, ...names.map(([id]) => deaths(results, id)), results.failed_seeds.length].join(' | ')} |`,
  );
  return [
    '# Runs that end dead',
    '',
    '300 updates of each run, seeds 2000 to 2033, every seed with its own readings and pilot. A run is dead where its final loss is within',
    '2 % of that of the best constant prediction, above it, or not finite. The fixed rate shows that these workloads can die.',
    '',
    `| workload | ${names.map(([, label]) => label).join(' | ')} | seeds without a peak |`,
    `|---|${names.map(() => '---').join('|')}|---|`,
    ...rows,
    '',
    `Of ${names.length - 1} methods: ${total(finished)} runs. ${machineText(thisMachine())}; \`npm run benchmark:deaths\``,
    '',
  ].join('\n');
}

function deaths({ methods }: Results, id: string): string {
  const method = methods.find((one) => one.id === id);
  return method === undefined ? '-' : `${method.summary.dead} of ${method.runs.length}`;
}

function total(finished: readonly Results[]): number {
  const counted = finished.flatMap(({ methods }) => methods.filter(({ id }) => id !== 'fixed-1.6' && id in METHODS));
  return counted.reduce((sum, { runs }) => sum + runs.length, 0);
}

await study(...process.argv.slice(2));
