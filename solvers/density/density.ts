import { multilinearCorners } from '../../src/math/interpolation.js';
import { closedLoopProblem, type NodeControls } from '../closed-loop/closed-loop.js';
import { requireLevels } from '../closed-loop/levels.js';
import { resolveStart, type Start } from '../closed-loop/start.js';
import { stoppingGaps } from '../closed-loop/stopping.js';
import { buildLattice, type Lattice } from '../grid/lattice.js';
import { noDifferenceInput, type DifferenceInput } from '../discretization/differences.js';
import { fillModel } from '../discretization/fill.js';
import { improvePolicy } from '../minimizer/exact-minimizer.js';
import { emptyPolicy, type PolicyState } from '../minimizer/policy.js';
import { linearWorkspace, type LinearWorkspace } from '../linear-system/solve.js';
import { assemble, emptySystem, type LinearSystem } from '../linear-system/system.js';
import { outflowRates } from '../march/outflow.js';
import { discretize, emptyModel, type Discretization, type NodeModel } from '../discretization/node-model.js';
import type { Scheme } from '../discretization/schemes.js';
import type { HjbSolution } from '../march/solution.js';
import { requireProblem } from '../problem/check.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { solveForward } from './forward-solve.js';
import { momentsOf } from './moments.js';
import { REMEDIES, requireDensityOptions, type DensityOptions, type DensityResult } from './options.js';
import { columnDefect, emptyForward, transposeRows, type ForwardSystem } from './transpose.js';

/** What the forward march carries from level to level. */
interface ForwardMarch {
  readonly problem: ControlProblem;
  readonly solution: HjbSolution;
  readonly stored: NodeControls;
  readonly d: Discretization;
  readonly model: NodeModel;
  readonly input: DifferenceInput;
  readonly policy: PolicyState;
  readonly rows: LinearSystem;
  readonly forward: ForwardSystem;
  readonly work: LinearWorkspace;
  readonly zero: Float64Array;
  readonly absorbs: Uint8Array;
  /** Mass on its way, absorbed mass, and D p of the step. */
  readonly mass: Float64Array;
  readonly absorbedAt: Float64Array;
  readonly y: Float64Array;
  /** Level of the solution that the rows are of; -1 before the first. And 1/dt in them. */
  filled: number;
  rest: number;
  status: DensityResult['status'];
  columnDefect: number;
}

/**
 * Forward Kolmogorov equation p_t = L^T p under the policy of a solution, by the exact transpose of the generator L that
 * a scheme (the accurate one without its limited correction, so that no mass is negative) assembles at each level under the stored control, implicit in time as the value is:
 *   p_{n+1} = (I - dt L_n)^{-T} p_n,
 * so that the sum of mass times value changes from level to level by the running cost alone. Dirichlet faces and stopping
 * regions absorb, and so does what lies beyond a `linear` face. Of an uncertain problem each node takes its worst case.
 *
 * @param solution - of this problem, with all levels kept
 * @param start - a point, in natural units; its mass goes to the nodes around it, multilinear in the coordinates
 * @returns mass >= 0 at the nodes and what was absorbed, 1 together to rounding; bad numerics are a status
 * @throws E_INVALID for a start outside the grid, options out of range or levels that were not kept
 *
 * @example
 * density(problem, solveHjb(problem, { ...options, keep: 'all' }), { x: 1 }, { keep: 10 }).mean;
 */
export function density(
  problem: ControlProblem,
  solution: HjbSolution,
  start: Start,
  options: DensityOptions,
): DensityResult {
  requireProblem(problem);
  requireLevels(problem, solution);
  const times = requireDensityOptions(problem, options);
  const march = startForward(problem, solution, resolveStart(problem, start), options.scheme ?? 'monotone');
  const every = options.keep === 'all' ? 1 : options.keep;
  const kept: KeptLevel[] = [keptLevel(march, times[0])];
  let massDefect = 0;
  for (let level = 0; level + 1 < times.length && march.status === 'converged'; level += 1) {
    stepForward(march, level, times[level + 1] - times[level]);
    massDefect = Math.max(massDefect, Math.abs(sumOf(march.mass) + sumOf(march.absorbedAt) - 1));
    if (!Number.isFinite(massDefect)) march.status = 'non_finite';
    else if (massDefect > MOST_DEFECT && march.status === 'converged') march.status = 'mass_lost';
    const isKept = (level + 1) % every === 0 || level + 2 === times.length;
    if (isKept) kept.push(keptLevel(march, times[level + 1]));
  }
  return { ...resultOf(kept, march), massDefect };
}

/** Beyond this rates times a step are more than doubles tell from 1. */
const MOST_DEFECT = 1e-10;

interface KeptLevel {
  readonly time: number;
  readonly mass: Float64Array;
  readonly absorbed: number;
}

function keptLevel({ mass, absorbedAt }: ForwardMarch, time: number): KeptLevel {
  return { time, mass: mass.slice(), absorbed: sumOf(absorbedAt) };
}

function resultOf(kept: readonly KeptLevel[], march: ForwardMarch): Omit<DensityResult, 'massDefect'> {
  const moments = kept.map(({ mass }) => momentsOf(march.d.x, mass));
  return {
    status: march.status,
    remedy: REMEDIES[march.status],
    times: kept.map(({ time }) => time),
    mass: kept.map(({ mass }) => mass),
    absorbed: kept.map(({ absorbed }) => absorbed),
    absorbedAt: march.absorbedAt,
    mean: moments.map(({ mean }) => mean),
    covariance: moments.map(({ covariance }) => covariance),
    columnDefect: march.columnDefect,
  };
}

function startForward(
  problem: ControlProblem,
  solution: HjbSolution,
  x: readonly number[],
  scheme: Scheme,
): ForwardMarch {
  const lattice = buildLattice(problem.states);
  const stored: NodeControls = { control: solution.control[0] };
  // An infinite horizon has no level before, a march has.
  const marched = { ...closedLoopProblem(problem, lattice, stored), horizon: 1 };
  const d = discretize(marched, lattice, scheme);
  const forward = emptyForward(d);
  const perNode = (): Float64Array => new Float64Array(lattice.size);
  return {
    ...{ problem, solution, stored, d, model: emptyModel(d), input: noDifferenceInput(d) },
    ...{ policy: emptyPolicy(lattice.size), rows: emptySystem(d), forward, work: linearWorkspace(forward.system) },
    ...{ zero: perNode(), absorbs: new Uint8Array(lattice.size) },
    ...{ mass: pointMass(lattice, x), absorbedAt: perNode(), y: perNode() },
    ...{ filled: -1, rest: NaN, status: 'converged', columnDefect: 0 },
  };
}

/** The unit mass at a point, shared by the corners of its cell. */
function pointMass({ axes, size }: Lattice, x: readonly number[]): Float64Array {
  const mass = new Float64Array(size);
  for (const { offset, weight } of multilinearCorners(axes, x)) mass[offset] += weight;
  return mass;
}

/** Relative difference of time steps that is the rounding of their levels. */
const SAME_STEP = 1e-10;

function stepForward(march: ForwardMarch, level: number, dt: number): void {
  const { forward, absorbs, mass, absorbedAt, y, work } = march;
  const { system, leaving } = forward;
  const isNew = readLevel(march, march.problem.horizon === 'infinite' ? 0 : level);
  const isSameStep = Math.abs(march.rest * dt - 1) <= SAME_STEP;
  if (isNew || !isSameStep) transposeAt(march, isSameStep ? march.rest : 1 / dt);
  const { rest } = march;
  for (let i = 0; i < mass.length; i += 1) {
    system.right[i] = rest * mass[i];
    y[i] = system.diagonal[i] * mass[i];
  }
  if (!solveForward(system, y, work) && march.status === 'converged') march.status = 'max_iterations';
  for (let i = 0; i < mass.length; i += 1) {
    const arrived = y[i] / system.diagonal[i];
    mass[i] = absorbs[i] === 1 ? 0 : arrived;
    absorbedAt[i] += absorbs[i] === 1 ? arrived : (leaving[i] / rest) * arrived;
  }
}

function transposeAt(march: ForwardMarch, rest: number): void {
  const { d, zero, rows, forward, absorbs } = march;
  march.rest = rest;
  outflowRates(d, march.model, march.policy, forward.leaving);
  assemble(d, march.model, march.input, march.policy, { rest, source: zero, fixed: zero, obstacle: null }, zero, rows);
  if (transposeRows(rows, absorbs, rest, forward) >= 0) march.status = 'not_monotone';
  march.columnDefect = Math.max(march.columnDefect, columnDefect(forward, rest));
}

/**
 * Coefficients under the stored control, the worst case at every node, and which nodes absorb.
 * @returns whether they differ from those of the level before
 */
function readLevel(march: ForwardMarch, level: number): boolean {
  const { solution, stored, d } = march;
  if (march.filled === level) return false;
  const isFirst = march.filled < 0;
  march.filled = level;
  const { control } = stored;
  stored.control = solution.control[level];
  const isMoving = isFirst || d.problem.timeDependent !== false || isDifferent(stored.control, control);
  if (isMoving) fillModel(d, march.model, { t: solution.times[level], slopeChange: null, gradient: null });
  // Of several cases the value of the level decides.
  const isNew = isMoving || d.scenarios > 1;
  if (isNew) improvePolicy(d, march.model, march.input, solution.value[level], march.policy);
  return readAbsorbing(march, level) || isNew;
}

/** @returns whether other nodes absorb than at the level before */
function readAbsorbing({ problem, solution, d, absorbs }: ForwardMarch, level: number): boolean {
  const V = solution.value[level];
  const gaps = problem.obstacle && stoppingGaps(problem.obstacle, problem.objective, solution.times[level], d.x, V);
  let isNew = false;
  for (let i = 0; i < absorbs.length; i += 1) {
    const now = d.isFixed[i] === 1 || gaps?.[i] === 0 ? 1 : 0;
    isNew ||= now !== absorbs[i];
    absorbs[i] = now;
  }
  return isNew;
}

function isDifferent(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return true;
  return false;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i];
  return sum;
}
