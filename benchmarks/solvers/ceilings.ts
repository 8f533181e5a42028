import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from 'simple-statistics';
import { solve, solveHjb, type Kernel } from '../../solvers/index.js';
import { yardstickProblem } from './problems.js';
import { timed } from './rounds.js';

export interface Ceiling {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly most: number;
}

const OPTIONS = { tolerance: 1e-9, maximumPolicyIterations: 50, keep: [0], scheme: 'monotone' } as const;
const REPEATS = 9;

/** Whole solves: the monotone scheme alone, and an answer with its companions over it. */
export function ceilings(): Ceiling[] {
  const problem = yardstickProblem(1001, 1000, 1);
  const bare = repeated(() => solveHjb(problem, OPTIONS).value[0][500]);
  const answer = repeated(() => solve(problem, { query: [{ t: 0, x: [0.5] }] }).values[0]!);
  return [
    { what: '1,001 nodes x 1,000 steps, monotone', value: 1000 * bare, unit: 'ms CPU', most: 100 },
    { what: 'whole answer over the bare kernel, 1,001 x 1,000', value: answer / bare, unit: 'times', most: 5 },
    ...largeGrid('typescript', 1),
    ...largeGrid('wasm', 1),
    ...largeGrid('wasm', 2),
  ];
}

function repeated(work: () => number): number {
  return median(Array.from({ length: REPEATS + 3 }, () => timed(work).seconds).slice(3));
}

/** 64^3 nodes x 200 steps with \`keep: query\`, in a process of its own, whose memory is all there is to it. */
function largeGrid(kernel: Kernel, threads: number): Ceiling[] {
  const script = fileURLToPath(new URL('./large-grid.js', import.meta.url));
  const printed = execFileSync(process.execPath, [script, kernel, String(threads)]).toString();
  const { seconds, megabytes } = JSON.parse(printed) as { seconds: number; megabytes: number };
  const what = `64 x 64 x 64 nodes x 200 steps, ${kernel}${threads > 1 ? `, ${threads} threads` : ''}`;
  return [
    { what, value: seconds, unit: 's', most: 30 },
    { what: `${what}: peak of the process`, value: megabytes, unit: 'MB', most: 500 },
  ];
}
