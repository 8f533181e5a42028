import { requireProblem, type ControlProblem } from '../problem/control-problem.js';
import { assemble, emptySystem, solveLines, type LinearSystem } from './linear-system.js';
import { flatten, improvePolicy, type FlatStencils } from './policy-improvement.js';
import { buildLattice, buildStencils, positionOf, stateOf, type Lattice, type NodeStencil } from './stencil.js';

export interface HjbOptions {
  /** Policy iteration stops when the value changes by less than this, relative to the largest value. */
  readonly tolerance: number;
  readonly maximumPolicyIterations: number;
  /** Time levels to keep; each must be one of the problem's. */
  readonly keep: readonly number[];
}

export interface HjbSolution {
  readonly status: 'converged' | 'max_iterations' | 'non_finite';
  /** One sentence: what to do about the status. */
  readonly remedy: string;
  /** Kept levels, increasing. */
  readonly times: readonly number[];
  /** V at each kept level, row-major over the states. */
  readonly value: readonly Float64Array[];
  /** Minimising control at each kept level; at the horizon that of the last step. */
  readonly control: readonly Float64Array[];
  /** Largest residual of a row of the discrete equation, relative to its terms, over all steps. */
  readonly residual: number;
  readonly policyIterations: { readonly mean: number; readonly max: number };
  readonly monotone: { readonly space: boolean; readonly firstOffender: string | null };
}

const MAXIMUM_SWEEPS = 200;
const LINEAR_TOLERANCE = 1e-12;

const REMEDIES: Readonly<Record<HjbSolution['status'], string>> = {
  converged: 'Nothing to do.',
  max_iterations: 'Raise the policy iterations or the tolerance, or take more time steps.',
  non_finite: 'Check the coefficients at the faces of the domain, or narrow it.',
};

/**
 * Solves V_t + min_u { f + b . V_x + (1/2) tr(S V_xx) } = 0 backwards from V(T) by implicit Euler, upwind differences
 * and policy iteration (Howard), the control minimising the whole discrete Hamiltonian exactly (Forsyth & Labahn 2007;
 * convergence of monotone schemes: Barles & Souganidis 1991). First order in space and time; unconditionally stable.
 *
 * @throws E_INVALID for a problem that is not well posed; bad numerics return a status
 *
 * @example
 * solveHjb(problem, { tolerance: 1e-9, maximumPolicyIterations: 50, keep: [0] }).value[0]; // V at t = 0
 */
export function solveHjb(problem: ControlProblem, options: HjbOptions): HjbSolution {
  requireProblem(problem);
  const lattice = buildLattice(problem.states);
  return solveWithStencils(problem, lattice, buildStencils(problem, lattice), options);
}

/** The same from given stencils: the seam at which a test feeds a wrong one. */
export function solveWithStencils(
  problem: ControlProblem,
  lattice: Lattice,
  stencils: readonly NodeStencil[],
  options: HjbOptions,
): HjbSolution {
  const s = flatten(stencils);
  const march = startMarch(problem, lattice, s);
  const kept = new Map<number, { value: Float64Array; control: Float64Array }>();
  const last = problem.times.length - 1;
  for (let level = last - 1; level >= 0; level -= 1) {
    stepBack(problem, lattice, s, march, level, options);
    if (level === last - 1) keepLevel(kept, options, problem.times[last], march.later, march.control);
    keepLevel(kept, options, problem.times[level], march.V, march.control);
    if (!march.finite) break;
  }
  const times = [...kept.keys()].sort((a, b) => a - b);
  const status = !march.finite ? 'non_finite' : march.converged ? 'converged' : 'max_iterations';
  return {
    status,
    remedy: REMEDIES[status],
    times,
    value: times.map((t) => kept.get(t)!.value),
    control: times.map((t) => kept.get(t)!.control),
    residual: march.residual,
    policyIterations: { mean: march.iterations / last, max: march.mostIterations },
    monotone: { space: march.offender === null, firstOffender: march.offender },
  };
}

/** What the backward march carries from level to level. */
interface March {
  V: Float64Array;
  later: Float64Array;
  readonly control: Float64Array;
  readonly chosen: Int32Array;
  readonly system: LinearSystem;
  readonly sign: 1 | -1;
  iterations: number;
  mostIterations: number;
  residual: number;
  offender: string | null;
  converged: boolean;
  finite: boolean;
}

function startMarch(problem: ControlProblem, lattice: Lattice, s: FlatStencils): March {
  const terminal = Float64Array.from({ length: s.size }, (_, node) => problem.terminalCost(stateOf(lattice, node)));
  return {
    V: terminal,
    later: terminal,
    control: new Float64Array(s.size),
    chosen: new Int32Array(s.size),
    system: emptySystem(s),
    sign: problem.objective === 'minimize' ? 1 : -1,
    iterations: 0,
    mostIterations: 0,
    residual: 0,
    offender: null,
    converged: true,
    finite: true,
  };
}

/** One implicit step: improve the control, solve under it, until the value stands still. */
function stepBack(
  problem: ControlProblem,
  lattice: Lattice,
  s: FlatStencils,
  march: March,
  level: number,
  options: HjbOptions,
): void {
  const dt = problem.times[level + 1] - problem.times[level];
  const lineLength = lattice.axes[lattice.axes.length - 1].grid.length;
  march.later = march.V;
  march.V = march.later.slice();
  const before = new Float64Array(s.size);
  let change = Infinity;
  let iteration = 0;
  while (change > options.tolerance && iteration < options.maximumPolicyIterations) {
    before.set(march.V);
    improvePolicy(s, march.V, march.sign, march.control, march.chosen);
    const offender = assemble(s, march.control, march.chosen, march.later, dt, march.system);
    if (offender >= 0) march.offender ??= describeNode(lattice, offender, problem.times[level]);
    const solved = { tolerance: LINEAR_TOLERANCE, maximumSweeps: MAXIMUM_SWEEPS };
    march.residual = Math.max(march.residual, solveLines(s, march.system, march.V, lineLength, solved));
    change = relativeChange(march.V, before);
    iteration += 1;
  }
  march.iterations += iteration;
  march.mostIterations = Math.max(march.mostIterations, iteration);
  march.finite &&= Number.isFinite(change);
  march.converged &&= change <= options.tolerance;
}

function relativeChange(V: Float64Array, before: Float64Array): number {
  let change = 0;
  let size = Number.MIN_VALUE;
  for (let i = 0; i < V.length; i += 1) {
    if (!Number.isFinite(V[i])) return NaN;
    change = Math.max(change, Math.abs(V[i] - before[i]));
    size = Math.max(size, Math.abs(V[i]));
  }
  return change / size;
}

function keepLevel(
  kept: Map<number, { value: Float64Array; control: Float64Array }>,
  { keep }: HjbOptions,
  time: number,
  value: Float64Array,
  control: Float64Array,
): void {
  if (keep.includes(time)) kept.set(time, { value: value.slice(), control: control.slice() });
}

function describeNode(lattice: Lattice, node: number, time: number): string {
  const position = positionOf(lattice, node);
  const place = lattice.axes.map((axis, d) => `${axis.name} = ${axis.grid[position[d]].toPrecision(4)}`).join(', ');
  return `a negative weight at ${place}, t = ${time.toPrecision(4)}`;
}
