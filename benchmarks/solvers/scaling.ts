import { linearRegression } from 'simple-statistics';
import type { Kernel } from '../../solvers/index.js';
import { loadKernel } from './marches.js';
import { yardstickProblem } from './problems.js';
import { timed } from './rounds.js';

export interface ScalingExponent {
  readonly kernel: string;
  readonly engine: Kernel;
  readonly points: readonly { readonly nodes: number; readonly nanoseconds: number }[];
  /** Of the cost of a step, by regression of its logarithm on that of the nodes. */
  readonly exponent: number;
  readonly most: number;
}

/** Nodes along an axis, from about 1e3 to 1e6 nodes in all. */
const SIDES = {
  1: [1001, 3163, 10_001, 31_623, 100_001, 316_229, 1_000_001],
  2: [32, 56, 100, 178, 316, 562, 1000],
  3: [10, 15, 22, 32, 46, 68, 100],
};

/** Node updates of one measurement. */
const UPDATES = 4e6;
const REPEATS = 5;

export function scalingExponents(): ScalingExponent[] {
  return ([1, 2, 3] as const).flatMap((states) =>
    (['typescript', 'wasm'] as const).map((engine) => exponentOf(states, engine)),
  );
}

function exponentOf(states: 1 | 2 | 3, engine: Kernel): ScalingExponent {
  const points = SIDES[states].map((side) => {
    const { march } = loadKernel(yardstickProblem(side, 200, states), engine);
    const nodes = side ** states;
    const steps = Math.max(1, Math.round(UPDATES / nodes));
    const seconds = Array.from({ length: REPEATS + 1 }, () => timed(() => march(steps)).seconds);
    return { nodes, nanoseconds: (Math.min(...seconds.slice(1)) * 1e9) / (2 * nodes * steps) };
  });
  const line = points.map(({ nodes, nanoseconds }) => [Math.log(nodes), Math.log(nodes * nanoseconds)]);
  return { kernel: `${states}-D`, engine, points, exponent: linearRegression(line).m, most: 1.05 };
}
