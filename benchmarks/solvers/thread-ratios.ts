import { loadKernel } from './marches.js';
import { yardstickProblem } from './problems.js';
import { apart, runRounds, speedRatio, timed, type Spread } from './rounds.js';

export interface ThreadRatio {
  readonly kernel: string;
  /** Wall-clock speed of two threads over that of one. */
  readonly ratio: Spread;
  readonly floor: number;
  readonly difference: number;
}

const CASES = [
  { kernel: '2-D, 256 x 256', problem: yardstickProblem(256, 200, 2), steps: 20 },
  { kernel: '3-D, 64 x 64 x 64', problem: yardstickProblem(64, 200, 3), steps: 4 },
];

export async function threadRatios(): Promise<ThreadRatio[]> {
  const ratios: ThreadRatio[] = [];
  for (const { kernel, problem, steps } of CASES) {
    const [one, two] = [1, 2].map((threads) => loadKernel(problem, 'wasm', threads));
    const rounds = await runRounds(
      [
        { name: 'one', run: () => timed(() => one.march(steps), 'wall') },
        { name: 'two', run: () => timed(() => two.march(steps), 'wall') },
      ],
      11,
    );
    two.close();
    const difference = apart(rounds.checksums.one, rounds.checksums.two);
    ratios.push({ kernel, ratio: speedRatio(rounds, 'two', ['one']), floor: 1.6, difference });
  }
  return ratios;
}
