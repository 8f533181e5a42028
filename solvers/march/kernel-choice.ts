import type { Discretization } from '../discretization/node-model.js';
import type { GridShape } from '../kernels/grid.js';
import { gridIteration, type GridIteration } from '../kernels/grid-iteration.js';
import { typescriptGrid } from '../kernels/grid-kernel.js';
import { typescriptLine, type LineKernel } from '../kernels/line-kernel.js';
import type { RowPieces } from '../kernels/row-pieces.js';
import { wasmGrid } from '../kernels/wasm/grid.js';
import { wasmLine } from '../kernels/wasm/line.js';

/** A kernel and what iterates with it. */
export type MarchKernel = { readonly kind: 'line'; readonly kernel: LineKernel } | GridIteration;

/** Which kernels carry the march; `steps` none: improvement, assembly and solve in turn, which a test compares with them. */
export interface KernelChoice {
  readonly kernel: 'typescript' | 'wasm' | 'steps';
  readonly threads: number;
}

/** A kernel with the rows that it reads; null where none takes the problem. */
export interface ChosenKernel {
  readonly rows: RowPieces | null;
  readonly kernel: MarchKernel | null;
}

/** The fused kernel that can take the problem, if one can. */
export function chooseKernel(d: Discretization, { kernel, threads }: KernelChoice): ChosenKernel {
  if (kernel === 'steps') return { rows: null, kernel: null };
  if (isLine(d)) {
    const { size } = d.lattice;
    const { rows, kernel: line } = kernel === 'wasm' ? wasmLine(size) : typescriptLine(size);
    return { rows, kernel: { kind: 'line', kernel: line } };
  }
  if (!isGrid(d)) return { rows: null, kernel: null };
  const shape = shapeOf(d);
  const { rows, kernel: grid } = kernel === 'wasm' ? wasmGrid(shape, threads) : typescriptGrid(shape);
  return { rows, kernel: gridIteration(grid) };
}

/** Whether the fused kernel of one state can take a problem: packed rows, and not periodic. */
export function isLine(d: Discretization): boolean {
  return d.states === 1 && isPlain(d) && d.neighbours[0] < 0;
}

/** Whether that of two or three states can: packed rows, steps in time that depend on the policy alone. */
function isGrid(d: Discretization): boolean {
  return d.states > 1 && isPlain(d) && d.problem.horizon !== 'infinite' && d.problem.risk === undefined;
}

/**
 * Whether the rows of a problem can be packed: exact minimiser, one scenario. Stopping over an infinite horizon is left out: its
 * row is compared with the others by its own size, rest, beside which theirs are large, and the policies go on by one node each.
 */
function isPlain({ searched, scenarios, problem }: Discretization): boolean {
  const isEndless = problem.obstacle !== undefined && problem.horizon === 'infinite';
  return !searched && scenarios === 1 && !isEndless;
}

function shapeOf({ lattice: { shape, strides }, problem }: Discretization): GridShape {
  return { shape, strides, isPeriodic: problem.states.map(({ boundary }) => boundary[0] === 'periodic') };
}
