import { discretize, placeAt } from '../discretization/node-model.js';
import { buildLattice } from '../grid/lattice.js';
import { requireProblem, requireSteady } from '../problem/check.js';
import type { StepTerms } from '../linear-system/system.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { distanceFromStep, iterateLevel } from './iterate.js';
import { closeLevel, openStep } from './march.js';
import { controlsOf, endMarch, startMarch, type March } from './march-state.js';
import { bestCosts, rangeOf, rangeOfStep, widened, type ValueRange } from './maximum-principle.js';
import { resolveOptions, type HjbOptions } from './options.js';
import type { Fallback, HjbSolution } from './solution.js';
import { keepLevel, solutionOf, solveHjb, type Kept } from './solve.js';

/**
 * c of eps = c (dt / T) (dt / T + h / L) R, how far an accurate step may be from the monotone one: T the horizon, L the
 * length of an axis, R the range of the level before and of the running
 * cost times the horizon.
 */
const FILTER_SCALE = 10;

/** Two marches from the same accepted levels, and what the filter has done. */
interface Filtered {
  readonly accurate: March;
  readonly monotone: March;
  /** Share of an axis that its widest spacing takes, on average: h / L. */
  readonly spacing: number;
  costs: ValueRange;
  /** 1 where a node's value is that of the monotone step. */
  readonly isMonotone: Uint8Array;
  steps: number;
  nodes: number;
  first: string | null;
}

/**
 * The accurate scheme, filtered (Froese & Oberman 2013; Bokanowski, Falcone & Sahu 2016): every step solves both schemes
 * from the same accepted levels, V_A and V_M, and takes
 *   V = V_M + eps F((V_A - V_M) / eps),   F(s) = s up to |s| = 1, falling to 0 at |s| = 2,
 * so that it converges to the viscosity solution as the monotone scheme does, and is of second order where the solution is
 * smooth. Where V_A leaves the range of the discrete maximum principle V is V_M; a step whose V_A is not found is V_M
 * everywhere. The monotone step is solved only where the residual of its equation at V_A does not already say that both are
 * within eps: then F is the identity.
 *
 * @throws what `solveHjb` throws
 * @returns with `fallback`, where V is not V_A
 */
export function solveFiltered(problem: ControlProblem, options: HjbOptions): HjbSolution {
  requireProblem(problem);
  requireSteady(problem);
  const isStationary = problem.horizon === 'infinite';
  const resolved = resolveOptions({ ...options, scheme: 'accurate' }, isStationary ? [0] : problem.times);
  if (isStationary) return filteredStationary(problem, options);
  const lattice = buildLattice(problem.states);
  const accurate = startMarch(discretize(problem, lattice, 'accurate'), resolved);
  const monotone = startMarch(discretize(problem, lattice, 'monotone'), { ...resolved, scheme: 'monotone' });
  try {
    return marched(startFilter(accurate, monotone), options.onStep);
  } finally {
    endMarch(accurate);
    endMarch(monotone);
  }
}

/**
 * Over an infinite horizon there is no step to filter by: the accurate solution is taken where its policy iteration ends
 * within the range that discounted costs and faces allow, else the monotone one.
 */
function filteredStationary(problem: ControlProblem, options: HjbOptions): HjbSolution {
  const solution = solveHjb(problem, { ...options, scheme: 'accurate' });
  if (solution.status === 'converged') return { ...solution, fallback: { steps: 0, share: 0, first: null } };
  const monotone = solveHjb(problem, { ...options, scheme: 'monotone' });
  return { ...monotone, fallback: { steps: 1, share: 1, first: 'every node' } };
}

function startFilter(accurate: March, monotone: March): Filtered {
  const { shape, size } = accurate.d.lattice;
  // One V_ab at linear faces for both, so that they differ by their schemes alone.
  if (accurate.input.mixed !== null) monotone.input.mixed = { ...accurate.input.mixed, isShared: true };
  const spacing = Math.max(...shape.map((n) => 1 / (n - 1)));
  return {
    ...{ accurate, monotone, spacing, costs: { low: 0, high: 0 } },
    ...{ isMonotone: new Uint8Array(size), steps: 0, nodes: 0, first: null },
  };
}

function marched(f: Filtered, onStep: HjbOptions['onStep']): HjbSolution {
  const { accurate } = f;
  const { times } = accurate.d.problem;
  const kept: Kept = new Map();
  for (let level = times.length - 2; level >= 0 && accurate.finite; level -= 1) {
    filteredStep(f, level);
    keepLevel(accurate, level, kept, filteredControls(f));
    onStep?.(accurate.V.length);
  }
  return { ...solutionOf(accurate, kept, times.length - 1), fallback: fallbackOf(f) };
}

/** One step back to time level `level`: both schemes from the accepted levels. */
function filteredStep(f: Filtered, level: number): void {
  const { accurate: a, monotone: m } = f;
  const { times } = a.d.problem;
  const t = times[level];
  const dt = times[level + 1] - t;
  const { step } = openStep(a, level);
  const reached = iterateLevel(a, t, step);
  const isFirst = level === times.length - 2;
  if (isFirst || a.d.problem.timeDependent !== false) f.costs = bestCosts(a.d, a.model, t);
  const allowed = span(rangeOf(a.later)) + durationOf(a) * span(f.costs);
  const share = dt / times[times.length - 1];
  const eps = FILTER_SCALE * share * (share + f.spacing) * allowed;
  const range = rangeOfStep(a.d, f.costs, { dt, later: a.later, V: a.V, obstacle: a.obstacle });
  const slack = a.options.tolerance * largestOf(range);
  const isWithin = reached.solved && liesIn(a.V, range, slack);
  f.isMonotone.fill(0);
  const { step: euler } = openStep(m, level, false);
  m.V.set(isWithin ? a.V : m.later);
  for (const node of m.d.fixedNodes) m.V[node] = m.fixed[node];
  if (isWithin && distanceOf(f, t, euler) <= Math.max(eps, slack)) closeLevel(a, t, reached);
  else {
    const below = iterateLevel(m, t, euler);
    const isSolved = Number.isFinite(reached.residual) && reached.solved;
    blend(f, isSolved ? Math.max(eps, slack) : 0, widened(range, m.V, m.d.openNodes), slack);
    const count = note(f, t);
    const iterations = below.iterations + reached.iterations;
    closeLevel(a, t, isSolved && count === 0 ? reached : { ...below, iterations });
  }
  m.V.set(a.V);
}

/**
 * How far the accurate step may be from the monotone one. Searched controls of the accurate step are where the monotone ones
 * begin, and are followed.
 */
function distanceOf({ accurate: a, monotone: m }: Filtered, t: number, step: StepTerms): number {
  if (a.search === null || m.search === null) return distanceFromStep(m, t, step);
  m.search.controls.set(a.search.controls);
  m.search.hasControls = a.search.hasControls;
  return distanceFromStep(m, t, step);
}

/** V = V_M + eps F((V_A - V_M) / eps), into the accepted values; eps = 0: V_M. */
function blend(f: Filtered, eps: number, { low, high }: ValueRange, slack: number): void {
  const { accurate: a, monotone: m, isMonotone } = f;
  for (let i = 0; i < a.V.length; i += 1) {
    const apart = a.V[i] - m.V[i];
    const isOut = !(a.V[i] >= low - slack && a.V[i] <= high + slack) && Math.abs(apart) > slack;
    const size = Math.abs(apart);
    if (!isOut && size <= eps) continue;
    const part = isOut || size >= 2 * eps || !(eps > 0) ? 0 : Math.sign(apart) * (2 * eps - size);
    a.V[i] = m.V[i] + part;
    isMonotone[i] = 1;
  }
}

/** @returns at how many nodes the value is that of the monotone step */
function note(f: Filtered, t: number): number {
  const count = f.isMonotone.reduce((sum, is) => sum + is, 0);
  if (count === 0) return 0;
  f.steps += 1;
  f.nodes += count;
  f.first ??= placeAt(f.accurate.d, f.isMonotone.indexOf(1), t);
  return count;
}

function filteredControls({ accurate, monotone, isMonotone }: Filtered): () => Float64Array {
  return () => {
    const controls = controlsOf(accurate);
    if (!isMonotone.includes(1)) return controls;
    const other = controlsOf(monotone);
    const width = accurate.d.controls;
    isMonotone.forEach((is, node) => {
      if (is === 1) for (let j = node * width; j < (node + 1) * width; j += 1) controls[j] = other[j];
    });
    return controls;
  };
}

function fallbackOf({ accurate, steps, nodes, first }: Filtered): Fallback {
  const all = accurate.d.problem.times.length - 1;
  return { steps, share: nodes / (all * accurate.d.lattice.size), first };
}

/** Time over which running cost counts: the horizon, or what a discount leaves of it. */
function durationOf({ d }: March): number {
  const { horizon, discount = 0 } = d.problem;
  return discount === 0 ? (horizon as number) : Math.min(horizon as number, 1 / discount);
}

function span({ low, high }: ValueRange): number {
  return Number.isFinite(high - low) ? high - low : 0;
}

function largestOf({ low, high }: ValueRange): number {
  return Number.isFinite(high - low) ? Math.max(Math.abs(low), Math.abs(high)) : 0;
}

function liesIn(V: Float64Array, { low, high }: ValueRange, slack: number): boolean {
  return V.every((value) => value >= low - slack && value <= high + slack);
}
