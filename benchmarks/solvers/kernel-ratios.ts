import { median } from 'simple-statistics';
import type { ControlProblem } from '../../solvers/index.js';
import { LANES } from '../../solvers/kernels/wasm/batch.js';
import { loadBatch, loadKernel } from './marches.js';
import { yardstickProblem } from './problems.js';
import { apart, runRounds, speedRatio, timed, type Contender, type Rounds, type Spread } from './rounds.js';
import { startSolverYardsticks, type Yardstick } from './yardstick.js';

export interface KernelRatio {
  readonly kernel: string;
  readonly engine: 'typescript' | 'wasm';
  readonly against: string;
  readonly ratio: Spread;
  readonly floor: number;
  readonly aim: number;
  /** CPU nanoseconds for a node, a step and a policy iteration. */
  readonly nanoseconds: number;
  /** Of the checksum from that of the yardstick. */
  readonly difference: number;
  readonly yardsticks: readonly string[];
}

const ROUNDS = 15;

interface Case {
  readonly name: string;
  readonly problem: ControlProblem;
  readonly steps: number;
  readonly goals: Readonly<Record<'typescript' | 'wasm', readonly [floor: number, aim: number]>>;
}

const CASES: readonly Case[] = [
  {
    name: '1-D fused, 1,001 nodes',
    problem: yardstickProblem(1001, 1000, 1),
    steps: 1000,
    goals: { typescript: [0.5, 0.6], wasm: [0.75, 0.9] },
  },
  {
    name: '2-D, 256 x 256',
    problem: yardstickProblem(256, 200, 2),
    steps: 10,
    goals: { typescript: [0.45, 0.6], wasm: [0.7, 0.85] },
  },
  {
    name: '3-D, 40 x 40 x 40',
    problem: yardstickProblem(40, 200, 3),
    steps: 8,
    goals: { typescript: [0, 0], wasm: [0, 0] },
  },
];

/** Both engines against the better of the C++ compilers, and eight problems at once against TypeScript. */
export async function kernelRatios(): Promise<KernelRatio[]> {
  const ratios: KernelRatio[] = [];
  for (const { name, problem, steps, goals } of CASES) ratios.push(...(await caseRatios(name, problem, steps, goals)));
  ratios.push(...(await batchRatios()));
  return ratios;
}

async function caseRatios(
  kernel: string,
  problem: ControlProblem,
  steps: number,
  goals: Case['goals'],
): Promise<KernelRatio[]> {
  const engines = (['typescript', 'wasm'] as const).map((engine) => ({ engine, loaded: loadKernel(problem, engine) }));
  const [{ loaded }] = engines;
  const yardsticks = startSolverYardsticks([loaded.rows], loaded.d.lattice.shape, loaded.rest);
  const contenders: Contender[] = engines.map(({ engine, loaded: { march } }) => ({
    name: engine,
    run: () => timed(() => march(steps)),
  }));
  const rounds = await runRounds([...contenders, ...asContenders(yardsticks, steps)], ROUNDS);
  yardsticks.forEach(({ end }) => end());
  const updates = loaded.d.lattice.size * steps * 2;
  return engines.map(({ engine }) => ({
    ...{ kernel, engine, against: 'C++' },
    ratio: speedRatio(rounds, engine, names(yardsticks)),
    ...{ floor: goals[engine][0], aim: goals[engine][1] },
    ...measured(rounds, engine, yardsticks, updates),
  }));
}

async function batchRatios(): Promise<KernelRatio[]> {
  const steps = 200;
  const base = yardstickProblem(1001, 1000, 1);
  const problems = Array.from({ length: LANES }, (_, lane): ControlProblem => ({
    ...base,
    drift: (_t, x, [u], out) => {
      out[0] = u * (1 + 0.05 * lane + 0.3 * Math.sin(x[0]));
    },
  }));
  const { together, apart: oneByOne, lanes, rest } = loadBatch(problems);
  const yardsticks = startSolverYardsticks(lanes, [1001], rest);
  const contenders: Contender[] = [
    { name: 'typescript', run: () => timed(() => oneByOne(steps)) },
    { name: 'wasm', run: () => timed(() => together(steps)) },
    ...asContenders(yardsticks, steps),
  ];
  const rounds = await runRounds(contenders, ROUNDS);
  yardsticks.forEach(({ end }) => end());
  const shared = {
    ...{ kernel: 'eight interleaved problems, 1,001 nodes', engine: 'wasm' as const },
    ...measured(rounds, 'wasm', yardsticks, 1001 * LANES * steps * 2),
  };
  return [
    {
      ...shared,
      against: 'TypeScript, one by one',
      ratio: speedRatio(rounds, 'wasm', ['typescript']),
      floor: 1.8,
      aim: 2.4,
    },
    { ...shared, against: 'C++', ratio: speedRatio(rounds, 'wasm', names(yardsticks)), floor: 0, aim: 0 },
  ];
}

function asContenders(yardsticks: readonly Yardstick[], steps: number): Contender[] {
  return yardsticks.map(({ compiler, run }) => ({ name: compiler, run: () => run(String(steps)) }));
}

function names(yardsticks: readonly Yardstick[]): string[] {
  return yardsticks.map(({ compiler }) => compiler);
}

function measured(rounds: Rounds, engine: string, yardsticks: readonly Yardstick[], updates: number) {
  return {
    nanoseconds: (median(rounds.seconds[engine]) * 1e9) / updates,
    difference: Math.max(
      ...yardsticks.map(({ compiler }) => apart(rounds.checksums[compiler], rounds.checksums[engine])),
    ),
    yardsticks: yardsticks.map(({ version }) => version),
  };
}
