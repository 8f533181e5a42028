import { writeFileSync } from 'node:fs';
import { benchmarkFile } from '../file.js';
import { thisMachine } from '../machine.js';
import { ceilings } from './ceilings.js';
import { kernelRatios } from './kernel-ratios.js';
import { scalingExponents } from './scaling.js';
import { threadRatios } from './thread-ratios.js';
import { markdown, type SolverResults } from './report.js';

/**
 * Speed of the solver kernels: against the same kernels in C++, with the number of nodes, with threads, and of whole solves.
 *   npm run benchmark:solvers            prints the tables and stores them in results/
 *   npm run benchmark:solvers -- ratios  one part only (ratios, scaling, threads, ceilings), printed, not stored
 */
async function benchmark(part: string | undefined): Promise<void> {
  const wants = (name: string): boolean => part === undefined || part === name;
  const results: SolverResults = {
    machine: thisMachine(),
    ratios: wants('ratios') ? await kernelRatios() : null,
    scaling: wants('scaling') ? scalingExponents() : null,
    threads: wants('threads') ? await threadRatios() : null,
    ceilings: wants('ceilings') ? ceilings() : null,
  };
  const text = markdown(results);
  process.stdout.write(text);
  if (part !== undefined) return;
  const at = (name: string): string => benchmarkFile(`solvers/results/${name}`);
  writeFileSync(at('solvers.results.json'), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(at('solvers.md'), text);
}

await benchmark(process.argv[2]);
