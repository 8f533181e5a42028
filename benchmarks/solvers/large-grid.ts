import { solveHjb, type Kernel } from '../../solvers/index.js';
import { yardstickProblem } from './problems.js';

/** A solve of 64^3 nodes x 200 steps: wall-clock seconds and the peak memory of this process, as JSON. */
const [kernel, threads] = process.argv.slice(2);
const started = performance.now();
solveHjb(yardstickProblem(64, 200, 3), {
  ...{ tolerance: 1e-9, maximumPolicyIterations: 50, keep: [0], scheme: 'monotone' },
  ...{ kernel: kernel as Kernel, threads: Number(threads) },
});
const seconds = (performance.now() - started) / 1e3;
process.stdout.write(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1e3 }));
