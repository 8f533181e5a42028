import { createInterface } from 'node:readline';
import type { EngineName } from '../../src/training/engines/index.js';
import { timed } from '../solvers/rounds.js';
import { adversarialSteps } from './step.js';

/** Entry of the process of one engine: answers "N" by "CPU-seconds loss", "check" by "loss displacement". */
const [folder, engine] = process.argv.slice(2);
const steps = await adversarialSteps(folder, engine as EngineName);

for await (const order of createInterface({ input: process.stdin })) {
  if (order === 'check') {
    const { loss, displacement } = steps.check();
    process.stdout.write(`${loss} ${displacement}\n`);
  } else {
    const { seconds, checksum } = timed(() => steps.take(Number(order)));
    process.stdout.write(`${seconds} ${checksum}\n`);
  }
}
process.exit(0);
