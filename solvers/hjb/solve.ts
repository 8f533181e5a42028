import { requireProblem, type ControlProblem } from '../problem/control-problem.js';
import { placeholderStencils, searchedImprovement, searchNodes } from './control-search.js';
import { buildLattice, type Lattice } from './lattice.js';
import { startMarch, stepBack, terminalValue } from './march.js';
import { requireNodes } from './node-checks.js';
import { resolveOptions, type HjbOptions, type ResolvedHjbOptions } from './options.js';
import { flatten, improvePolicy, type FlatStencils, type PolicyImprovement } from './policy-improvement.js';
import { buildStencils, type NodeStencil } from './stencil.js';

export interface HjbSolution {
  readonly status: 'converged' | 'max_iterations' | 'non_finite';
  /** One sentence: what to do about the status. */
  readonly remedy: string;
  /** Kept levels, increasing. */
  readonly times: readonly number[];
  /** V at each kept level, row-major over the states. */
  readonly value: readonly Float64Array[];
  /** Optimal control at each kept level; at the horizon that of the last step. */
  readonly control: readonly Float64Array[];
  /** Largest residual of a row of the full discrete equation, over its diagonal, relative to the largest value. */
  readonly residual: number;
  /** Linear solves per time step. */
  readonly policyIterations: { readonly mean: number; readonly max: number };
  /** Signs and diagonal dominance of every row that was assembled. */
  readonly monotone: { readonly space: boolean; readonly firstOffender: string | null };
}

const REMEDIES: Readonly<Record<HjbSolution['status'], string>> = {
  converged: 'Nothing to do.',
  max_iterations: 'Raise the policy iterations or the tolerance, or take more time steps.',
  non_finite: 'Check the coefficients at the faces of the domain, or narrow it.',
};

/**
 * Solves V_t + min_u { f + b . V_x + (1/2) tr(S V_xx) } = 0 backwards from V(T) by implicit Euler, upwind differences
 * and policy iteration (Howard), the control minimising the whole discrete Hamiltonian (Forsyth & Labahn 2007;
 * convergence of monotone schemes: Barles & Souganidis 1991). First order in space and time; unconditionally stable.
 *
 * @throws E_INVALID for a problem that is not well posed, or options out of range; bad numerics return a status
 *
 * @example
 * solveHjb(problem, { tolerance: 1e-9, maximumPolicyIterations: 50, keep: [0] }).value[0]; // V at t = 0
 */
export function solveHjb(problem: ControlProblem, options: HjbOptions): HjbSolution {
  requireProblem(problem);
  const resolved = resolveOptions(options, problem.times);
  const lattice = buildLattice(problem.states);
  const notFinite = requireNodes(problem, lattice);
  if (notFinite !== null) return unsolved(problem, lattice, resolved, notFinite);
  const { scheme } = resolved;
  if (problem.polynomial !== false) {
    const s = flatten(buildStencils(problem, lattice, scheme));
    return march(problem, lattice, s, exactImprovement(problem, s), resolved);
  }
  const nodes = searchNodes(problem, lattice, scheme);
  const s = flatten(placeholderStencils(nodes));
  return march(problem, lattice, s, searchedImprovement(problem, nodes, s, scheme), resolved);
}

/** The same from given stencils: the seam at which a test feeds a wrong one. */
export function solveWithStencils(
  problem: ControlProblem,
  lattice: Lattice,
  stencils: readonly NodeStencil[],
  options: HjbOptions,
): HjbSolution {
  const s = flatten(stencils);
  return march(problem, lattice, s, exactImprovement(problem, s), resolveOptions(options, problem.times));
}

function exactImprovement({ objective }: ControlProblem, s: FlatStencils): PolicyImprovement {
  const sign = objective === 'minimize' ? 1 : -1;
  return (V, control, chosen) => improvePolicy(s, V, sign, control, chosen);
}

/** Nothing but the terminal value: a coefficient is not finite. */
function unsolved(
  { times, terminalCost }: ControlProblem,
  lattice: Lattice,
  { keep }: ResolvedHjbOptions,
  notFinite: string,
): HjbSolution {
  const last = times[times.length - 1];
  const isKept = keep.has(last);
  return {
    status: 'non_finite',
    remedy: `Correct the problem: ${notFinite}.`,
    times: isKept ? [last] : [],
    value: isKept ? [terminalValue(terminalCost, lattice)] : [],
    control: isKept ? [new Float64Array(lattice.size).fill(NaN)] : [],
    residual: NaN,
    policyIterations: { mean: 0, max: 0 },
    monotone: { space: false, firstOffender: notFinite },
  };
}

function march(
  problem: ControlProblem,
  lattice: Lattice,
  s: FlatStencils,
  improve: PolicyImprovement,
  options: ResolvedHjbOptions,
): HjbSolution {
  const state = startMarch(problem, lattice, s, improve);
  const kept = new Map<number, { value: Float64Array; control: Float64Array }>();
  const keepLevel = (time: number, value: Float64Array): void => {
    if (options.keep.has(time)) kept.set(time, { value: value.slice(), control: state.control.slice() });
  };
  const last = problem.times.length - 1;
  for (let level = last - 1; level >= 0 && state.finite; level -= 1) {
    stepBack(problem, lattice, state, level, options);
    if (level === last - 1) keepLevel(problem.times[last], state.later);
    keepLevel(problem.times[level], state.V);
  }
  const times = [...kept.keys()].sort((a, b) => a - b);
  const status = !state.finite ? 'non_finite' : state.converged ? 'converged' : 'max_iterations';
  return {
    status,
    remedy: REMEDIES[status],
    times,
    value: times.map((t) => kept.get(t)!.value),
    control: times.map((t) => kept.get(t)!.control),
    residual: state.residual,
    policyIterations: { mean: state.iterations / last, max: state.mostIterations },
    monotone: { space: state.offender === null, firstOffender: state.offender },
  };
}
