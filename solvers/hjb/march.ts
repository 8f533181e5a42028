import type { ControlProblem } from '../problem/control-problem.js';
import { placeOf, stateOf, type Lattice } from './lattice.js';
import { largest, linearWorkspace, solveSystem, type LinearWorkspace } from './linear-solve.js';
import { assemble, emptySystem, residuals, type LinearSystem } from './linear-system.js';
import type { ResolvedHjbOptions } from './options.js';
import type { FlatStencils, PolicyImprovement } from './policy-improvement.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;

/** Iterations of one linear solve; its residual may be this, relative to the largest value. */
const LINEAR = { tolerance: 1e-13, maximumIterations: 300 };

/** What the backward march carries from level to level. */
export interface March {
  readonly s: FlatStencils;
  readonly improve: PolicyImprovement;
  V: Float64Array;
  later: Float64Array;
  readonly before: Float64Array;
  readonly control: Float64Array;
  readonly chosen: Int32Array;
  readonly system: LinearSystem;
  readonly work: LinearWorkspace;
  iterations: number;
  mostIterations: number;
  residual: number;
  offender: string | null;
  converged: boolean;
  finite: boolean;
}

export function startMarch(
  problem: ControlProblem,
  lattice: Lattice,
  s: FlatStencils,
  improve: PolicyImprovement,
): March {
  const lineLength = lattice.axes[lattice.axes.length - 1].grid.length;
  const terminal = terminalValue(problem.terminalCost, lattice);
  return {
    ...{ s, improve, V: terminal, later: terminal, before: new Float64Array(s.size) },
    ...{ control: new Float64Array(s.size), chosen: new Int32Array(s.size) },
    ...{ system: emptySystem(s, lineLength), work: linearWorkspace(s.size, lineLength) },
    ...{ iterations: 0, mostIterations: 0, residual: 0, offender: null, converged: true, finite: true },
  };
}

/**
 * One implicit step: improve the control, solve under it, until the equation with the minimum in it holds. An M-matrix
 * whose rows exceed by 1/dt bounds the distance of V from its solution by dt times the largest residual.
 */
export function stepBack(
  problem: ControlProblem,
  lattice: Lattice,
  march: March,
  level: number,
  options: ResolvedHjbOptions,
): void {
  const { before, system, work } = march;
  const time = problem.times[level];
  const dt = problem.times[level + 1] - time;
  march.later = march.V;
  march.V = march.later.slice();
  const { V } = march;
  improveAndAssemble(march, lattice, time, dt);
  let solved = false;
  let residual = Infinity;
  let iteration = 0;
  while (!solved && iteration < options.maximumPolicyIterations) {
    before.set(V);
    const linear = solveSystem(system, V, work, LINEAR);
    iteration += 1;
    const size = largest(V) + Number.MIN_VALUE;
    const change = largestDifference(V, before) / size;
    improveAndAssemble(march, lattice, time, dt);
    residual = residuals(system, system.right, V, work.residual) / size;
    if (!Number.isFinite(residual + change)) break;
    const bound = errorBound(system, work.residual, dt) / size;
    solved = bound <= options.tolerance || (change <= options.tolerance && linear <= LINEAR.tolerance);
  }
  march.iterations += iteration;
  march.mostIterations = max(march.mostIterations, iteration);
  march.residual = max(march.residual, residual);
  march.finite = Number.isFinite(residual);
  march.converged &&= solved;
}

function improveAndAssemble(march: March, lattice: Lattice, time: number, dt: number): void {
  const { s, control, chosen, later, system } = march;
  march.improve(march.V, control, chosen);
  const offender = assemble(s, control, chosen, later, dt, system);
  if (offender >= 0)
    march.offender ??= `a negative weight at ${placeOf(lattice, offender)}, t = ${time.toPrecision(4)}`;
}

/** dt times the largest residual of a row before its division by the diagonal. */
function errorBound({ diagonal }: LinearSystem, residual: Float64Array, dt: number): number {
  let bound = 0;
  for (let i = 0; i < residual.length; i += 1) bound = max(bound, abs(residual[i]) * diagonal[i] * dt);
  return bound;
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i += 1) most = max(most, abs(a[i] - b[i]));
  return most;
}

export function terminalValue(terminalCost: ControlProblem['terminalCost'], lattice: Lattice): Float64Array {
  return Float64Array.from({ length: lattice.size }, (_, node) => terminalCost(stateOf(lattice, node)));
}
