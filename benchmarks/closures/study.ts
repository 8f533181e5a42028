import { writeFileSync } from 'node:fs';
import { describeHost } from '../../src/benchmark/host.js';
import { benchmarkFile } from '../file.js';
import { thisMachine } from '../machine.js';
import { networksText } from './network-report.js';
import { studyNetwork, type NetworkResult } from './network-study.js';
import { NETWORKS } from './networks.js';
import { QUADRATICS } from './quadratic.js';
import { studyQuadratic, type QuadraticResult } from './quadratics.js';
import { reportText } from './report.js';

/** Seeds that chose nothing. */
const SEEDS = [2000, 2001, 2002, 2003, 2004];

/**
 * Every closure, the modes and both policies on workloads whose every schedule has one exact score, and on networks:
 *   npm run benchmark:closures [-- [--oracle] [--seeds N] [CASE...]]
 *   npm run benchmark:closures -- --networks OUT [WORKLOAD...]
 * Without --oracle the closure that is fitted to whole quadratic runs is left out, which takes most of the time. Logs of networks
 * lie in OUT; the same command again goes on where it stopped.
 */
async function study(args: readonly string[]): Promise<void> {
  const networks = args.indexOf('--networks');
  if (networks >= 0) return studyNetworks(args[networks + 1], args.slice(networks + 2), args);
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
      await store('closures', results, args, reportText(results));
    }
  }
}

async function studyNetworks(out: string, wanted: readonly string[], args: readonly string[]): Promise<void> {
  const results: NetworkResult[] = [];
  for (const network of NETWORKS.filter(({ id }) => wanted.length === 0 || wanted.includes(id))) {
    for (const seed of network.seeds) {
      const result = await studyNetwork(out, network, seed);
      process.stderr.write(`${network.id} seed ${seed}: ${result.followed} ${JSON.stringify(result.losses)}\n`);
      results.push(result);
      await store('networks', results, args, networksText(results));
    }
  }
}

async function store(name: string, results: readonly unknown[], args: readonly string[], text: string): Promise<void> {
  const command = ['npm run benchmark:closures', ...(args.length === 0 ? [] : ['--', ...args])].join(' ');
  const whole = { command, machine: thisMachine(), host: await describeHost(command), results };
  writeFileSync(benchmarkFile(`closures/results/${name}.results.json`), `${JSON.stringify(whole, null, 1)}\n`);
  writeFileSync(benchmarkFile(`closures/results/${name}.md`), text);
}

await study(process.argv.slice(2));
