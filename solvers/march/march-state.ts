import type { RowPieces } from '../kernels/row-pieces.js';
import { noDifferenceInput, type DifferenceInput } from '../discretization/differences.js';
import { emptyPolicy, type PolicyState } from '../minimizer/policy.js';
import { terminalValue } from '../discretization/level-input.js';
import { linearWorkspace, type LinearWorkspace } from '../linear-system/solve.js';
import { emptySystem, type LinearSystem } from '../linear-system/system.js';
import { emptyModel, type Discretization, type NodeModel } from '../discretization/node-model.js';
import { improvePolicy } from '../minimizer/exact-minimizer.js';
import { chooseKernel, type KernelChoice, type MarchKernel } from './kernel-choice.js';
import type { ResolvedHjbOptions } from './options.js';
import { startSearch, type SearchState } from '../minimizer/search.js';

/** Arrays of improvement, assembly and linear solve in turn. */
export interface Steps {
  readonly system: LinearSystem;
  readonly work: LinearWorkspace;
  readonly before: Float64Array;
}

/** What the backward march carries from level to level. */
export interface March {
  readonly d: Discretization;
  readonly options: ResolvedHjbOptions;
  readonly model: NodeModel;
  readonly input: DifferenceInput;
  readonly policy: PolicyState;
  readonly search: SearchState | null;
  /** What the fused kernels read, and the one that takes the problem; null where none does. */
  readonly rows: RowPieces | null;
  readonly kernel: MarchKernel | null;
  /** What the steps one after the other need; made where no kernel takes the problem, or one has not solved a level. */
  steps: Steps | null;
  readonly fixed: Float64Array;
  readonly obstacle: Float64Array | null;
  readonly source: Float64Array;
  V: Float64Array;
  /** The level after, and the one after that. */
  later: Float64Array;
  latest: Float64Array | null;
  isFilled: boolean;
  /** dV/dz at which the coefficients were read; null for a neutral criterion. */
  gradient: Float64Array | null;
  iterations: number;
  mostIterations: number;
  residual: number;
  offender: string | null;
  converged: boolean;
  finite: boolean;
  /** Over an infinite horizon: slopes at `linear` faces that went into the iteration before, and what they came to. */
  readonly settling: Float64Array;
  /** A sentence on where the Hamiltonian has no least value, as far as anybody looked. */
  endless: string | null;
}

export function startMarch(d: Discretization, options: ResolvedHjbOptions, choice: KernelChoice = options): March {
  const { size } = d.lattice;
  const perNode = (): Float64Array => new Float64Array(size);
  const { horizon, obstacle } = d.problem;
  const V = horizon === 'infinite' ? perNode() : terminalValue(d, horizon);
  const kernels = chooseKernel(d, choice);
  return {
    ...{ d, options, model: emptyModel(d), input: noDifferenceInput(d), policy: emptyPolicy(size) },
    ...{ search: d.searched ? startSearch(d) : null, ...kernels, steps: kernels.kernel === null ? stepsOf(d) : null },
    ...{ fixed: perNode(), obstacle: obstacle === undefined ? null : perNode(), source: perNode() },
    ...{ V, later: V, latest: null, isFilled: false, gradient: null, settling: new Float64Array(2 * d.linearNodes.length).fill(NaN) }, // prettier-ignore
    ...{ iterations: 0, mostIterations: 0, residual: 0, offender: null, converged: true, finite: true, endless: null },
  };
}

export function stepsOf(d: Discretization): Steps {
  const system = emptySystem(d);
  return { system, work: linearWorkspace(system), before: new Float64Array(d.lattice.size) };
}

/** Ends the threads of the kernel. */
export function endMarch({ kernel }: March): void {
  if (kernel?.kind === 'grid') kernel.kernel.close();
}

/** Controls of all nodes, control fastest; at nodes with a given value those of the nearest node without. */
export function controlsOf(march: March): Float64Array {
  const { d, search } = march;
  const m = d.controls;
  const controls = m === 0 ? new Float64Array(0) : search === null ? exactPolicy(march) : search.controls.slice();
  for (const node of d.fixedNodes) {
    const inner = nearestFree(d, node);
    for (let j = 0; j < m; j += 1) controls[node * m + j] = controls[inner * m + j];
  }
  return controls;
}

/** With a finite control beside the interval, whose value is that of the piece: the kernels leave the interval control alone. */
function exactPolicy({ d, model, input, policy, V, kernel }: March): Float64Array {
  const { index, values } = d.exact!;
  if (values === null) return policy.control.slice();
  if (kernel !== null) improvePolicy(d, model, input, V, policy);
  const controls = new Float64Array(2 * d.lattice.size);
  for (let node = 0; node < d.lattice.size; node += 1) {
    if (d.isFixed[node] === 1) continue;
    controls[2 * node + index] = policy.control[node];
    controls[2 * node + 1 - index] = values[model.choice.data[policy.piece[node]]];
  }
  return controls;
}

/** The node one step away from every face with a given value that a node lies on. */
function nearestFree({ faces, positions, lattice }: Discretization, node: number): number {
  return faces[node].reduce((nearest, kind, a) => {
    if (kind !== 'dirichlet') return nearest;
    return nearest + (positions[node][a] === 0 ? 1 : -1) * lattice.strides[a];
  }, node);
}
