import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { benchmarkFile } from '../file.js';
import { machineText, thisMachine } from '../machine.js';
import { memoryRows } from './memory.js';
import { stepRatios } from './ratios.js';
import { memoryText, ratiosText, workersText } from './report.js';
import { workerRatio } from './workers.js';

const FOLDER = benchmarkFile('training-step/results');

/**
 * Each part prints its table and stores it in results/.
 *   npm run benchmark:training-step -- ratios        time of one adversarial step on every engine against PyTorch
 *   npm run benchmark:training-step -- ratios CNN    problems of that name alone, printed, not stored
 *   npm run benchmark:training-step -- memory        what each engine holds after 1,000 and 10,000 steps
 *   npm run benchmark:training-step -- workers       runs per minute of two workers against one
 *   npm run benchmark:training-step                  all three
 */
async function benchmark(part?: string, problem?: string): Promise<void> {
  const wants = (name: string): boolean => part === undefined || part === name;
  if (wants('ratios')) {
    const ratios = await stepRatios(problem);
    if (problem === undefined) store('ratios', ratios, ratiosText(ratios));
    else process.stdout.write(ratiosText(ratios));
  }
  if (wants('memory')) {
    const rows = await memoryRows();
    store('memory', { rows }, memoryText(rows));
  }
  if (wants('workers')) {
    const workers = await workerRatio();
    store('workers', workers, workersText(workers));
  }
}

function store(name: string, results: object, text: string): void {
  const machine = thisMachine();
  const command = `npm run benchmark:training-step -- ${name}`;
  const whole = `${text}\n${machineText(machine)}; \`${command}\`\n`;
  const at = (ending: string): string => path.join(FOLDER, `${name}${ending}`);
  process.stdout.write(whole);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(at('.results.json'), `${JSON.stringify({ command, machine, ...results }, null, 2)}\n`);
  writeFileSync(at('.md'), whole);
}

await benchmark(process.argv[2], process.argv[3]);
