import { writeFileSync } from 'node:fs';
import { describeHost } from '../../src/benchmark/host.js';
import { benchmarkFile } from '../file.js';
import { thisMachine } from '../machine.js';
import { QUADRATICS } from './quadratic.js';
import { studyQuadratic, type QuadraticResult } from './quadratics.js';
import { reportText } from './report.js';

/** Seeds that chose nothing. */
const SEEDS = [2000, 2001, 2002, 2003, 2004];

/**
 * Every closure, the modes and both policies on workloads whose every schedule has one exact score:
 *   npm run benchmark:closures [-- [--oracle] [--seeds N] [CASE...]]
 * Without --oracle the closure that is fitted to whole runs is left out, which takes most of the time.
 */
async function study(args: readonly string[]): Promise<void> {
  const at = args.indexOf('--seeds');
  const seeds = SEEDS.slice(0, at < 0 ? SEEDS.length : Number(args[at + 1]));
  const wanted = args.filter((arg, i) => !arg.startsWith('--') && !(at >= 0 && i === at + 1));
  const results: QuadraticResult[] = [];
  for (const problem of QUADRATICS.filter(({ id }) => wanted.length === 0 || wanted.includes(id))) {
    for (const seed of seeds) {
      const result = await studyQuadratic(problem, seed, { oracle: args.includes('--oracle') });
      process.stderr.write(
        `case ${problem.id} seed ${seed}: ${result.followed} ${result.policy_sgd} against ${result.wsd}\n`,
      );
      results.push(result);
      await store(results, args);
    }
  }
}

async function store(results: readonly QuadraticResult[], args: readonly string[]): Promise<void> {
  const command = ['npm run benchmark:closures', ...(args.length === 0 ? [] : ['--', ...args])].join(' ');
  const whole = { command, machine: thisMachine(), host: await describeHost(command), results };
  writeFileSync(benchmarkFile('closures/results/closures.results.json'), `${JSON.stringify(whole, null, 1)}\n`);
  writeFileSync(benchmarkFile('closures/results/closures.md'), reportText(results));
}

await study(process.argv.slice(2));
