import { writeFileSync } from 'node:fs';
import { benchmarkFile } from '../file.js';
import { machineText, thisMachine } from '../machine.js';
import { kernelRatio } from './kernel-ratio.js';
import { kernelText, twoWeightsText } from './report.js';
import { twoWeights, type StudySize } from './two-weights.js';

/** Of the stored study. */
const SIZE: StudySize = { eta: 0.05, runs: 10_000, nodes: 81, steps: 120, realNodes: 71 };

/**
 * Measurements of the SDE of adversarial SGD; each part prints its table and stores it in results/.
 *   npm run benchmark:sde -- kernel       the generated loop of real adversarial SGD against the same loop in C++
 *   npm run benchmark:sde -- two-weights  regression on two digits: HJB -> policy -> 10,000 real runs (about ten minutes)
 *   npm run benchmark:sde                 both
 */
async function benchmark(part: string | undefined): Promise<void> {
  if (part === undefined || part === 'kernel') {
    const ratio = await kernelRatio();
    store('kernel', ratio, kernelText(ratio));
  }
  if (part === undefined || part === 'two-weights') {
    const studies = [await twoWeights('linear', SIZE), await twoWeights('logistic', SIZE)];
    store('two-weights', { size: SIZE, studies }, twoWeightsText(studies));
  }
}

function store(name: string, results: object, text: string): void {
  const machine = thisMachine();
  const command = `npm run benchmark:sde -- ${name}`;
  const head = `${machineText(machine)}; \`${command}\`\n`;
  const at = (ending: string): string => benchmarkFile(`sde/results/${name}${ending}`);
  process.stdout.write(`${text}\n${head}`);
  writeFileSync(at('.results.json'), `${JSON.stringify({ command, machine, ...results }, null, 2)}\n`);
  writeFileSync(at('.md'), `${text}\n${head}`);
}

await benchmark(process.argv[2]);
