import { buildLattice } from '../grid/lattice.js';
import { requireProblem, requireSteady } from '../problem/check.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { coarseGuess } from './coarse-guess.js';
import { endlessAt } from './endless.js';
import { solveStationary, stepBack } from './march.js';
import { controlsOf, endMarch, startMarch, type March } from './march-state.js';
import { discretize } from '../discretization/node-model.js';
import { resolveOptions, type HjbOptions } from './options.js';
import { searchOutcome } from './search-outcome.js';
import type { HjbSolution } from './solution.js';
import { limitOf, vanishingDiscounts } from './undiscounted.js';

const REMEDIES: Readonly<Record<HjbSolution['status'], string>> = {
  converged: 'Nothing to do.',
  max_iterations: 'Raise the policy iterations or the tolerance, or over a finite horizon take more time steps.',
  non_finite: 'Check the coefficients at the faces of the domain, or narrow it.',
};

/**
 * Solves V_t - discount V + min_u { cost + b . V_x + tr(S V_xx) / 2 } = 0 backwards from V(T) by finite differences,
 * implicit in time, with policy iteration (Howard), the control minimising the whole discrete Hamiltonian (Forsyth &
 * Labahn 2007; convergence of monotone schemes: Barles & Souganidis 1991); over an infinite horizon the stationary
 * equation.
 *
 * @throws E_INVALID for a problem that is not well posed, naming the node, or options out of range; bad numerics return a
 * status
 *
 * @example
 * solveHjb(problem, { tolerance: 1e-9, maximumPolicyIterations: 50, keep: [0] }).value[0]; // V at t = 0
 */
export function solveHjb(problem: ControlProblem, options: HjbOptions): HjbSolution {
  requireProblem(problem);
  requireSteady(problem);
  const isUndiscounted = problem.horizon === 'infinite' && (problem.discount ?? 0) === 0;
  return isUndiscounted ? solveUndiscounted(problem, options) : solveFrom(problem, options, null);
}

/** @param known - where a stationary solve starts; null for the solution on half the nodes */
function solveFrom(problem: ControlProblem, options: HjbOptions, known: Float64Array | null): HjbSolution {
  const stationary = problem.horizon === 'infinite';
  const resolved = resolveOptions(options, stationary ? [0] : problem.times);
  // Before the arrays of this grid are made.
  const guess =
    stationary && known === null
      ? coarseGuess(problem, { ...options, onStep: undefined, certify: undefined }, solveHjb)
      : known;
  const march = startMarch(discretize(problem, buildLattice(problem.states), resolved.scheme), resolved);
  try {
    if (guess !== null) march.V.set(guess);
    return stationary ? stationarySolution(march, options.onStep) : marchedSolution(march, options.onStep);
  } finally {
    endMarch(march);
  }
}

/** The limit of smaller and smaller discounts. */
function solveUndiscounted(problem: ControlProblem, options: HjbOptions): HjbSolution {
  const [first, ...rest] = vanishingDiscounts(problem);
  let solution = solveFrom({ ...problem, discount: first }, options, null);
  for (const discount of rest) {
    if (solution.status !== 'converged') return solution;
    const next = solveFrom({ ...problem, discount }, options, solution.value[0]);
    const limit = limitOf(solution.value[0], next.value[0], options.tolerance);
    if (limit === 'endless') return { ...next, endless: NEVER_ENDS };
    solution = next;
    if (limit === 'reached') return solution;
  }
  return { ...solution, status: 'max_iterations', remedy: STILL_MOVES };
}

const NEVER_ENDS =
  'Costs go on without end, since the state need not reach a face with a given value: give a discount, or an obstacle.';

const STILL_MOVES =
  'The value still moves as the discount vanishes, because paths take so long to end: give a discount.';

const SLOPES_MOVE =
  'Over an infinite horizon the equation may leave open what holds beyond a "linear" face: take { "dirichlet": ... } or "reflecting" there, or raise the policy iterations or the tolerance.';

type OnStep = HjbOptions['onStep'];

function stationarySolution(march: March, onStep: OnStep): HjbSolution {
  solveStationary(march);
  onStep?.(march.V.length);
  const solution = solutionOf(march, new Map([[0, { value: march.V, control: controlsOf(march) }]]), 1);
  const leaves = solution.status === 'max_iterations' && march.d.linearNodes.length > 0;
  return leaves ? { ...solution, remedy: SLOPES_MOVE } : solution;
}

export type Kept = Map<number, { readonly value: Float64Array; readonly control: Float64Array }>;

function marchedSolution(march: March, onStep: OnStep): HjbSolution {
  const { times } = march.d.problem;
  const kept: Kept = new Map();
  for (let level = times.length - 2; level >= 0 && march.finite; level -= 1) {
    stepBack(march, level);
    keepLevel(march, level, kept);
    onStep?.(march.V.length);
  }
  return solutionOf(march, kept, times.length - 1);
}

/** Keeps a level that is asked for, and where the march ends early its last one; the terminal one with the first controls. */
export function keepLevel(
  march: March,
  level: number,
  kept: Kept,
  controls = (): Float64Array => controlsOf(march),
): void {
  const { d, options, V, later } = march;
  const { times } = d.problem;
  const [t, after] = [times[level], times[level + 1]];
  if (level === times.length - 2 && options.keep.has(after)) {
    kept.set(after, { value: later.slice(), control: controls() });
  }
  if (options.keep.has(t) || !march.finite) kept.set(t, { value: V.slice(), control: controls() });
}

export function solutionOf(march: March, kept: Kept, steps: number): HjbSolution {
  const times = [...kept.keys()].sort((a, b) => a - b);
  const status = !march.finite ? 'non_finite' : march.converged ? 'converged' : 'max_iterations';
  return {
    status,
    remedy: REMEDIES[status],
    times,
    value: times.map((t) => kept.get(t)!.value),
    control: times.map((t) => kept.get(t)!.control),
    residual: march.residual,
    policyIterations: { mean: march.iterations / steps, max: march.mostIterations },
    monotone: { space: march.offender === null, firstOffender: march.offender },
    search: searchOutcome(march),
    endless: march.endless ?? (march.options.certify === null ? null : endlessAt(march, march.d.problem.times[0] ?? 0)),
    kernel: march.kernel?.kernel.name ?? 'typescript',
  };
}
