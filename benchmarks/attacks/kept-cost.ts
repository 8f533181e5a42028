import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { median } from 'simple-statistics';
import { experimentSchema, type Experiment } from '../../src/artifacts/experiment/experiment.js';
import { benchmarkFile } from '../file.js';
import { machineText, thisMachine } from '../machine.js';
import { trainedRun } from '../trained-run.js';

const WORKLOADS = { 'MLP 196-128-10': 'quickstart.json', 'two strided convolutions': 'workloads/cnn-strided.json' };
const UPDATES = { start: 200, more: 800 };
const PAIRS = 7;

type Declared = Exclude<Experiment['workload'], string>;

/**
 * What an update with kept perturbations costs over one of PGD with one step from a random start, in processor time of the engine
 * `auto`: pairs of runs in turn, each the time of 1,000 updates less that of 200, so that start and scores drop out.
 *   npm run benchmark:kept-cost -- OUT
 */
async function study(out = 'runs/kept-cost'): Promise<void> {
  const lines: string[] = [];
  for (const [name, file] of Object.entries(WORKLOADS)) {
    const ratios: number[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const place = path.join(out, `${path.basename(file, '.json')}-${pair}`);
      const kept = await secondsOf(path.join(place, 'kept'), file, { start: 'kept' });
      const fresh = await secondsOf(path.join(place, 'fresh'), file, { steps: 1 });
      ratios.push(kept / fresh);
    }
    ratios.sort((a, b) => a - b);
    lines.push(
      `| ${name} | ${median(ratios).toFixed(3)} | ${ratios[0].toFixed(3)} to ${ratios[PAIRS - 1].toFixed(3)} |`,
    );
  }
  const text = [
    '# Cost of an update with kept perturbations, over PGD with one step',
    '',
    '| network | median of 7 pairs | range |',
    '|---|---|---|',
    ...lines,
    '',
    `Processor time; ${machineText(thisMachine())}; \`npm run benchmark:kept-cost\``,
    '',
  ];
  writeFileSync(benchmarkFile('attacks/results/kept-cost.md'), text.join('\n'));
}

/** Processor time of the updates from the 200th to the 1,000th. */
async function secondsOf(folder: string, file: string, attack: object): Promise<number> {
  const short = await timed(`${folder}-short`, file, attack, UPDATES.start);
  return (await timed(folder, file, attack, UPDATES.start + UPDATES.more)) - short;
}

async function timed(folder: string, file: string, attack: object, horizon: number): Promise<number> {
  const given = JSON.parse(readFileSync(benchmarkFile(`learning-rate/${file}`), 'utf8')) as Experiment;
  const workload = given.workload as Declared;
  const { norm, eps } = workload.attack as { norm: string; eps: number };
  const experiment = experimentSchema.parse({
    ...given,
    horizon,
    workload: { ...workload, attack: { type: 'pgd', norm, eps, ...attack } },
    evaluation: { train_examples: 50, test_examples: 50, checks: null },
  });
  const before = process.cpuUsage();
  await trainedRun(folder, experiment, 'constant:0.05', 1);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

await study(...process.argv.slice(2));
