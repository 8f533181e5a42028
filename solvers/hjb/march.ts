import { problemFault } from './faults.js';
import { placeAt, emptyModel, type Discretization, type NodeModel } from './node-model.js';
import {
  differencesAt,
  hasSlopes,
  limitedSecondDifferences,
  noDifferenceInput,
  type DifferenceInput,
} from './differences.js';
import { fillModel } from './fill.js';
import type { LevelInput } from './sample.js';
import { emptyPolicy, improvePolicy, type PolicyState } from './improve.js';
import { fixedValues, givenSlopes, levelInput, obstacleAt, terminalValue } from './level-input.js';
import { linearWorkspace, solveSystem, type LinearWorkspace } from './linear-solve.js';
import { assemble, emptySystem, residuals, type LinearSystem, type StepTerms } from './linear-system.js';
import type { ResolvedHjbOptions } from './options.js';
import { firstOutflow, outflowSlopes } from './outflow.js';
import { largest } from '../kernels/bicgstab.js';
import { isGrid } from '../kernels/grid.js';
import { gridIteration, iterateGrid, type GridIteration, type Iterated } from '../kernels/grid-iteration.js';
import { typescriptGrid } from '../kernels/grid-kernel.js';
import { isLine } from '../kernels/line.js';
import { iterateLine } from '../kernels/line-iteration.js';
import { typescriptLine, type LineKernel } from '../kernels/line-kernel.js';
import { packGiven, packRows, type RowPieces } from '../kernels/row-pieces.js';
import { wasmGrid } from '../kernels/wasm/grid.js';
import { wasmLine } from '../kernels/wasm/line.js';
import { searchPolicy, startSearch, type SearchState } from './search.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;

/** Iterations of one linear solve. */
const MOST_LINEAR = 300;

/**
 * A linear solve need not be finer than the policy under which it is made: its residual falls to this share of the policy's,
 * or to what leaves this share of the tolerance in the value.
 */
const LINEAR_REDUCTION = 1e-3;
const LINEAR_SHARE = 0.1;
const LEAST_RESIDUAL = 1e-13;

/** Change of the gradient that leaves the coefficients of a risk-sensitive criterion as they are, over sqrt(tolerance). */
const GRADIENT_SHARE = 0.1;

/** Growth of the time step beyond which BDF2 is not stable: implicit Euler there. */
const LARGEST_GROWTH = 2;

/** Growth of the time step up to which the slope of what leaves may be extrapolated from the two levels before. */
const STEADY_GROWTH = 1.01;

/** Corrections of the accurate scheme over an infinite horizon after which the limited differences are held. */
const MOST_CORRECTIONS = 40;

/**
 * Iterations after which what leaves through a `linear` face takes the slope of the step itself in place of its forecast: of
 * one state, whose linear solves are exact. An error of the forecast falls by dt |b| / (h + dt |b|) each time.
 */
const OUTFLOW_CORRECTIONS = 3;

/** A kernel and what iterates with it. */
type MarchKernel = { readonly kind: 'line'; readonly kernel: LineKernel } | GridIteration;

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
  readonly system: LinearSystem;
  readonly work: LinearWorkspace;
  readonly before: Float64Array;
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
}

/** Which kernels carry the march; `steps` none: improvement, assembly and solve in turn, which a test compares with them. */
export interface KernelChoice {
  readonly kernel: 'typescript' | 'wasm' | 'steps';
  readonly threads: number;
}

export function startMarch(d: Discretization, options: ResolvedHjbOptions, choice: KernelChoice = options): March {
  const { size } = d.lattice;
  const model = emptyModel(size);
  const system = emptySystem(d);
  const perNode = (): Float64Array => new Float64Array(size);
  const { horizon, obstacle } = d.problem;
  const V = horizon === 'infinite' ? perNode() : terminalValue(d, horizon);
  return {
    ...{ d, options, model, input: noDifferenceInput(d), policy: emptyPolicy(size) },
    ...{ search: d.searched ? startSearch(d) : null, system, work: linearWorkspace(system) },
    ...kernelsOf(d, choice),
    ...{ before: perNode(), fixed: perNode(), obstacle: obstacle === undefined ? null : perNode(), source: perNode() },
    ...{ V, later: V, latest: null, isFilled: false, gradient: null },
    ...{ iterations: 0, mostIterations: 0, residual: 0, offender: null, converged: true, finite: true },
  };
}

/** The fused kernel that can take the problem, if one can. */
function kernelsOf(d: Discretization, { kernel, threads }: KernelChoice): Pick<March, 'rows' | 'kernel'> {
  if (kernel === 'steps') return { rows: null, kernel: null };
  if (isLine(d)) {
    const { rows, kernel: line } = kernel === 'wasm' ? wasmLine(d) : typescriptLine(d);
    return { rows, kernel: { kind: 'line', kernel: line } };
  }
  if (!isGrid(d)) return { rows: null, kernel: null };
  const { rows, kernel: grid } = kernel === 'wasm' ? wasmGrid(d, threads) : typescriptGrid(d);
  return { rows, kernel: gridIteration(grid) };
}

/** Ends the threads of the kernel. */
export function endMarch({ kernel }: March): void {
  if (kernel?.kind === 'grid') kernel.kernel.close();
}

/** One implicit step back to time level `level`. */
export function stepBack(march: March, level: number): void {
  const { t, step } = openStep(march, level);
  closeLevel(march, iterateLevel(march, t, step));
}

/** Moves to time level `level` and reads it; `closeLevel` ends what this begins. */
export function openStep(march: March, level: number): { readonly t: number; readonly step: StepTerms } {
  const { times } = march.d.problem;
  const t = times[level];
  const dt = times[level + 1] - t;
  const growth = level + 2 < times.length ? dt / (times[level + 2] - times[level + 1]) : Infinity;
  const reused = march.latest ?? new Float64Array(march.V.length);
  march.latest = Number.isFinite(growth) ? march.later : null;
  march.later = march.V;
  march.V = reused;
  extrapolate(march, growth);
  outflowSlopes(march.d, growth <= STEADY_GROWTH ? march.V : march.later, march.input);
  const step = stepTerms(march, dt, growth);
  prepareLevel(march, t);
  return { t, step };
}

/**
 * Implicit Euler: (V - V1) / dt. BDF2 with step ratio r = dt / dt1:
 *   ((1 + 2 r)/(1 + r) V - (1 + r) V1 + r^2/(1 + r) V2) / dt.
 */
function stepTerms(march: March, dt: number, r: number): StepTerms {
  const { source, later, latest, fixed, obstacle } = march;
  const discount = march.d.problem.discount ?? 0;
  const isSecond = latest !== null && march.options.scheme === 'accurate' && r <= LARGEST_GROWTH;
  const [c1, c2] = isSecond ? [(1 + r) / dt, -(r * r) / ((1 + r) * dt)] : [1 / dt, 0];
  if (latest === null || c2 === 0) for (let i = 0; i < source.length; i += 1) source[i] = c1 * later[i];
  else for (let i = 0; i < source.length; i += 1) source[i] = c1 * later[i] + c2 * latest[i];
  return { rest: (isSecond ? (1 + 2 * r) / (1 + r) : 1) / dt + discount, source, fixed, obstacle };
}

/** The stationary equation of an infinite horizon. */
export function solveStationary(march: March): void {
  const { source, fixed, obstacle } = march;
  prepareLevel(march, 0);
  closeLevel(march, iterateLevel(march, 0, { rest: march.d.problem.discount!, source, fixed, obstacle }));
  refuseOutflow(march);
}

/**
 * Without a level before, the slope with which drift leaves through a `linear` face is that of the equation itself. Its rows
 * are not those of an M-matrix: elimination along one state still solves them, unless a diagonal vanishes; sweeps do not.
 */
function refuseOutflow({ d, model, policy, finite }: March): void {
  if (d.states === 1 && finite) return;
  const found = firstOutflow(d, model, policy);
  if (found === null) return;
  const { node, axis } = found;
  const path = `states.${axis}.boundary.${d.positions[node][axis] === 0 ? 0 : 1}`;
  const remedy = 'take state_constraint, reflecting or dirichlet, or a finite horizon';
  throw problemFault(d, node, 0, path, `drift leaves through a linear face over an infinite horizon (${remedy})`);
}

/**
 * Policy iteration (Howard): improve the control, solve under it, until the equation with the optimum in it holds. An
 * M-matrix whose rows exceed by `rest` bounds the distance of V from its solution by the largest residual over `rest`.
 */
function iterateLevel(march: March, t: number, step: StepTerms): Iterated {
  const { kernel } = march;
  const iterated = kernel === null ? iterate(march, t, step) : iterateInKernel(march, kernel, t, step);
  if (march.offender === null) reportOutflow(march, t);
  return iterated;
}

/** Where a row is none of an M-matrix, in words. */
export function offenceAt(d: Discretization, node: number, t: number): string {
  return `a negative weight at ${placeAt(d, node, t)}`;
}

/** Enters what the policy iteration of a level came to. */
export function closeLevel(march: March, { iterations, residual, solved }: Iterated): void {
  march.iterations += iterations;
  march.mostIterations = max(march.mostIterations, iterations);
  march.residual = max(march.residual, residual);
  march.finite = Number.isFinite(residual);
  march.converged &&= solved;
}

/** What leaves through a `linear` face takes the slope of the level before with the wrong sign for a monotone scheme. */
function reportOutflow(march: March, t: number): void {
  const { d, model, policy } = march;
  const found = firstOutflow(d, model, policy);
  if (found !== null) march.offender = `drift out of a linear face at ${placeAt(d, found.node, t)}`;
}

/** Any problem: improvement, assembly and linear solve one after the other. */
function iterate(march: March, t: number, step: StepTerms): Iterated {
  const { V, before, system, work, options } = march;
  improveAndAssemble(march, t, step);
  let solved = false;
  let residual = residuals(system, system.right, V, work.residual) / (largest(V) + Number.MIN_VALUE);
  let iterations = 0;
  while (!solved && iterations < options.maximumPolicyIterations) {
    before.set(V);
    const finest = max(LEAST_RESIDUAL, (LINEAR_SHARE * options.tolerance * step.rest) / largest(system.diagonal));
    const tolerance = max(finest, LINEAR_REDUCTION * residual);
    const missing = solveSystem(system, V, work, { tolerance, maximumIterations: MOST_LINEAR });
    iterations += 1;
    const size = largest(V) + Number.MIN_VALUE;
    const change = largestDifference(V, before) / size;
    refresh(march, t, iterations);
    improveAndAssemble(march, t, step);
    residual = residuals(system, system.right, V, work.residual) / size;
    if (!Number.isFinite(residual + change)) return { iterations, residual: NaN, solved: false };
    const bound = errorBound(system, work.residual, step.rest) / size;
    solved = bound <= options.tolerance || (change <= options.tolerance && missing <= finest);
  }
  return { iterations, residual, solved };
}

/** A kernel has arrays of its own, in which it minimizes: what is maximized goes there, and comes back, with the other sign. */
function iterateInKernel(march: March, kernel: MarchKernel, t: number, step: StepTerms): Iterated {
  const { d, policy, V, options } = march;
  const { state } = kernel.kernel;
  copyOriented(d, V, state.V);
  copyOriented(d, step.source, state.source);
  for (const node of d.fixedNodes) state.source[node] = d.sign * step.rest * step.fixed[node];
  const refreshed = (iterations: number): void => {
    copyOriented(d, state.V, V);
    refresh(march, t, iterations);
  };
  const iterated =
    kernel.kind === 'grid'
      ? iterateGrid(kernel, step.rest, options)
      : iterateLine(kernel.kernel, step.rest, options, changesInside(march) ? refreshed : null);
  copyOriented(d, state.V, V);
  policy.control.set(state.control);
  if (state.offender >= 0) march.offender ??= offenceAt(d, state.offender, t);
  return iterated;
}

function copyOriented({ sign }: Discretization, from: Float64Array, to: Float64Array): void {
  if (sign === 1) to.set(from);
  else for (let i = 0; i < to.length; i += 1) to[i] = -from[i];
}

/** Whether something else than the policy changes with V inside a level. */
function changesInside(march: March): boolean {
  const { d, options } = march;
  const isCorrected = options.scheme === 'accurate' && d.problem.horizon === 'infinite';
  return isCorrected || d.problem.risk !== undefined || correctsOutflow(march);
}

function correctsOutflow({ d }: March): boolean {
  return d.states === 1 && d.linearNodes.length > 0 && d.problem.horizon !== 'infinite';
}

/** What changes with V inside a level: the correction over an infinite horizon, and what risk adds. */
function refresh(march: March, t: number, iterations: number): void {
  const { d, V, input, options } = march;
  const isCorrected = options.scheme === 'accurate' && d.problem.horizon === 'infinite';
  if (isCorrected && iterations < MOST_CORRECTIONS) {
    limitedSecondDifferences(d, V, input);
    repack(march);
  }
  if (correctsOutflow(march) && iterations <= OUTFLOW_CORRECTIONS) {
    outflowSlopes(d, V, input);
    repack(march);
  }
  if (hasMoved(march)) refill(march, t);
}

/** Faces, obstacle, coefficients and limited differences of a level. */
function prepareLevel(march: March, t: number): void {
  const { d, V, fixed, obstacle, input } = march;
  const isNew = !march.isFilled || d.problem.timeDependent !== false || input.changesModel;
  fixedValues(d, t, fixed);
  obstacleAt(d, t, obstacle);
  givenSlopes(d, t, input);
  for (const node of d.fixedNodes) V[node] = fixed[node];
  const isAccurate = march.options.scheme === 'accurate';
  if (isAccurate) limitedSecondDifferences(d, V, input);
  if (isNew || hasMoved(march)) refill(march, t);
  else if (isAccurate || hasSlopes(d) || d.linearNodes.length > 0) repack(march);
  march.isFilled = true;
}

/** The first guess: V1 + r (V1 - V2), where the value is going. */
function extrapolate({ V, later, latest }: March, r: number): void {
  if (latest === null || r > LARGEST_GROWTH) V.set(later);
  else for (let i = 0; i < V.length; i += 1) V[i] = later[i] + r * (later[i] - latest[i]);
}

function refill(march: March, t: number): void {
  const { d, model, search } = march;
  // A search reads the problem where it looks.
  if (search !== null) return;
  const level = levelOf(march, t);
  fillModel(d, model, level);
  march.gradient = level.gradient;
  d.checksPolynomials = false;
  if (march.rows === null) return;
  packRows(d, model, march.rows);
  repack(march);
}

/** What changes with the level alone, for the kernels. */
function repack({ d, model, input, rows, kernel }: March): void {
  if (rows === null) return;
  packGiven(d, model, input, rows);
  kernel?.kernel.load(rows);
}

/**
 * Whether what risk adds to the coefficients is out of date. Linearised at p it errs at q by (theta/2) (q - p)' S (q - p), so
 * that a gradient which has changed by a tenth of the root of the tolerance is wrong by a hundredth of the tolerance.
 */
function hasMoved(march: March): boolean {
  const { gradient, options, d, search } = march;
  if (d.problem.risk === undefined || search !== null) return false;
  if (gradient === null) return true;
  const now = gradientOf(march);
  return largestDifference(now, gradient) > GRADIENT_SHARE * Math.sqrt(options.tolerance) * largest(now);
}

function levelOf(march: March, t: number): LevelInput {
  return levelInput(march.d, t, march.d.problem.risk === undefined ? null : gradientOf(march));
}

/** dV/dz by central differences (at faces, by what the face says). */
function gradientOf({ d, V, input }: March): Float64Array {
  const n = d.states;
  const gradient = new Float64Array(d.lattice.size * n);
  const differences = new Float64Array(6 * n);
  for (let node = 0; node < d.lattice.size; node += 1) {
    differencesAt(d, input, V, node, differences);
    for (let a = 0; a < n; a += 1) gradient[node * n + a] = differences[6 * a];
  }
  return gradient;
}

function improveAndAssemble(march: March, t: number, step: StepTerms): void {
  const { d, model, input, policy, search, system, V } = march;
  if (search === null) improvePolicy(d, model, input, V, policy);
  else searchPolicy(d, model, levelOf(march, t), input, V, policy, search);
  const offender = assemble(d, model, input, policy, step, V, system);
  if (offender >= 0) march.offender ??= offenceAt(d, offender, t);
}

/** Controls of all nodes, control fastest; at nodes with a given value those of the nearest node without. */
export function controlsOf({ d, search, policy }: March): Float64Array {
  const m = d.controls;
  const controls = m === 0 ? new Float64Array(0) : (search === null ? policy.control : search.controls).slice();
  for (const node of d.fixedNodes) {
    const inner = nearestFree(d, node);
    for (let j = 0; j < m; j += 1) controls[node * m + j] = controls[inner * m + j];
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

/** The largest residual of a row before its division by the diagonal, over `rest`. */
function errorBound({ diagonal }: LinearSystem, residual: Float64Array, rest: number): number {
  let bound = 0;
  for (let i = 0; i < residual.length; i += 1) bound = max(bound, (abs(residual[i]) * diagonal[i]) / rest);
  return bound;
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i += 1) most = max(most, abs(a[i] - b[i]));
  return most;
}
