import { buildLattice } from '../../solvers/grid/lattice.js';
import { discretize, type Discretization } from '../../solvers/discretization/node-model.js';
import { stepBack } from '../../solvers/march/march.js';
import { startMarch } from '../../solvers/march/march-state.js';
import { resolveOptions } from '../../solvers/march/options.js';
import type { GridKernel } from '../../solvers/kernels/grid-kernel.js';
import type { LineKernel } from '../../solvers/kernels/line-kernel.js';
import type { RowPieces } from '../../solvers/kernels/row-pieces.js';
import { batchKernel, LANES } from '../../solvers/kernels/wasm/batch.js';
import type { ControlProblem, Kernel } from '../../solvers/index.js';

/**
 * The same work for every engine: time steps of two policy iterations each, without a look at whether they are needed, from
 * V = 0. Returns the sum of V, by which engines are compared.
 */
export type FixedMarch = (steps: number) => number;

/** A kernel with the rows of a problem that does not depend on time, loaded by one real step. */
export interface LoadedKernel {
  readonly d: Discretization;
  readonly rows: RowPieces;
  readonly rest: number;
  readonly march: FixedMarch;
  readonly close: () => void;
}

export function loadKernel(problem: ControlProblem, kernel: Kernel, threads = 1): LoadedKernel {
  const d = discretize(problem, buildLattice(problem.states), 'monotone');
  const options = { tolerance: 1e-9, maximumPolicyIterations: 50, keep: [0], kernel, threads };
  const march = startMarch(d, resolveOptions(options, problem.times));
  stepBack(march, problem.times.length - 2);
  const rest = 1 / problem.times[1];
  const loaded = march.kernel!;
  const fixed: FixedMarch = (steps) =>
    loaded.kind === 'line' ? marchLine(loaded.kernel, rest, steps) : marchGrid(loaded.kernel, rest, steps);
  return {
    ...{ d, rows: march.rows!, rest, march: fixed },
    close: () => (loaded.kind === 'grid' ? loaded.kernel.close() : undefined),
  };
}

function marchLine({ state, forward, backward }: LineKernel, rest: number, steps: number): number {
  const { V, source } = state;
  V.fill(0);
  for (let step = 0; step < steps; step += 1) {
    for (let i = 0; i < V.length; i += 1) source[i] = rest * V[i];
    for (let iteration = 0; iteration < 2; iteration += 1) {
      forward(rest);
      backward();
    }
  }
  return sumOf(V);
}

function marchGrid({ state, forward, split, add }: GridKernel, rest: number, steps: number): number {
  const { V, source, correction, missing } = state;
  V.fill(0);
  for (let step = 0; step < steps; step += 1) {
    for (let i = 0; i < V.length; i += 1) source[i] = rest * V[i];
    for (let iteration = 0; iteration < 2; iteration += 1) {
      forward(rest);
      correction.set(missing);
      split(correction, 1);
      add();
    }
  }
  return sumOf(V);
}

/** Eight problems at once, and one after the other in TypeScript. */
export function loadBatch(problems: readonly ControlProblem[]): {
  readonly together: FixedMarch;
  readonly apart: FixedMarch;
  readonly lanes: readonly RowPieces[];
  readonly rest: number;
} {
  const loaded = problems.map((problem) => loadKernel(problem, 'typescript'));
  const lanes = loaded.map(({ rows }) => rows);
  const { d, rest } = loaded[0];
  const batch = batchKernel(d.lattice.size);
  batch.load(lanes);
  const all = Array.from({ length: LANES }, () => true);
  const together: FixedMarch = (steps) => {
    const { V, source } = batch;
    V.fill(0);
    for (let step = 0; step < steps; step += 1) {
      for (let i = 0; i < V.length; i += 1) source[i] = rest * V[i];
      for (let iteration = 0; iteration < 2; iteration += 1) {
        batch.forward(rest);
        batch.backward(all);
      }
    }
    return sumOf(V);
  };
  return { together, apart: (steps) => loaded.reduce((sum, { march }) => sum + march(steps), 0), lanes, rest };
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i];
  return sum;
}
