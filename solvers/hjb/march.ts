import { problemFault } from './faults.js';
import { placeAt, emptyModel, type Discretization, type NodeModel } from './node-model.js';
import { differencesAt, limitedSecondDifferences, noDifferenceInput, type DifferenceInput } from './differences.js';
import { fillModel } from './fill.js';
import type { LevelInput } from './sample.js';
import { emptyPolicy, improvePolicy, type PolicyState } from './improve.js';
import { fixedValues, givenSlopes, levelInput, obstacleAt, terminalValue } from './level-input.js';
import { largest, linearWorkspace, solveSystem, type LinearWorkspace } from './linear-solve.js';
import { assemble, emptySystem, residuals, type LinearSystem, type StepTerms } from './linear-system.js';
import type { ResolvedHjbOptions } from './options.js';
import { firstOutflow, outflowSlopes } from './outflow.js';
import { emptyLine, isLine, lineBackward, lineForward, type LineState } from '../kernels/line.js';
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

/** Corrections of the accurate scheme over an infinite horizon after which the limited differences are held. */
const MOST_CORRECTIONS = 40;

/**
 * Iterations after which what leaves through a `linear` face takes the slope of the step itself in place of its forecast: of
 * one state, whose linear solves are exact. An error of the forecast falls by dt |b| / (h + dt |b|) each time.
 */
const OUTFLOW_CORRECTIONS = 3;

/** What the backward march carries from level to level. */
export interface March {
  readonly d: Discretization;
  readonly options: ResolvedHjbOptions;
  readonly model: NodeModel;
  readonly input: DifferenceInput;
  readonly policy: PolicyState;
  readonly search: SearchState | null;
  /** The fused kernel's state where it can take the problem. */
  readonly line: LineState | null;
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

/** @param kernel - `steps` keeps from the fused kernel of one state: the seam at which a test compares both */
export function startMarch(d: Discretization, options: ResolvedHjbOptions, kernel: 'fused' | 'steps' = 'fused'): March {
  const { size } = d.lattice;
  const model = emptyModel(size);
  const system = emptySystem(d);
  const perNode = (): Float64Array => new Float64Array(size);
  const { horizon, obstacle } = d.problem;
  const V = horizon === 'infinite' ? perNode() : terminalValue(d, horizon);
  return {
    ...{ d, options, model, input: noDifferenceInput(d), policy: emptyPolicy(size) },
    ...{ search: d.searched ? startSearch(d) : null, system, work: linearWorkspace(system) },
    line: kernel !== 'steps' && isLine(d) ? emptyLine(size) : null,
    ...{ before: perNode(), fixed: perNode(), obstacle: obstacle === undefined ? null : perNode(), source: perNode() },
    ...{ V, later: V, latest: null, isFilled: false, gradient: null },
    ...{ iterations: 0, mostIterations: 0, residual: 0, offender: null, converged: true, finite: true },
  };
}

/** One implicit step back to time level `level`. */
export function stepBack(march: March, level: number): void {
  const { times } = march.d.problem;
  const t = times[level];
  const dt = times[level + 1] - t;
  const growth = level + 2 < times.length ? dt / (times[level + 2] - times[level + 1]) : Infinity;
  march.latest = Number.isFinite(growth) ? march.later : null;
  march.later = march.V;
  march.V = march.later.slice();
  solveLevel(march, t, stepTerms(march, dt, growth), growth);
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
  for (let i = 0; i < source.length; i += 1) source[i] = c1 * later[i] + (c2 === 0 ? 0 : c2 * latest![i]);
  return { rest: (isSecond ? (1 + 2 * r) / (1 + r) : 1) / dt + discount, source, fixed, obstacle };
}

/** The stationary equation of an infinite horizon. */
export function solveStationary(march: March): void {
  const { source, fixed, obstacle } = march;
  solveLevel(march, 0, { rest: march.d.problem.discount!, source, fixed, obstacle }, Infinity);
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
function solveLevel(march: March, t: number, step: StepTerms, growth: number): void {
  prepareLevel(march, t, growth);
  const { iterations, residual, solved } = march.line === null ? iterate(march, t, step) : iterateLine(march, t, step);
  march.iterations += iterations;
  march.mostIterations = max(march.mostIterations, iterations);
  march.residual = max(march.residual, residual);
  march.finite = Number.isFinite(residual);
  if (march.offender === null) reportOutflow(march, t);
  march.converged &&= solved;
}

/** What leaves through a `linear` face takes the slope of the level before with the wrong sign for a monotone scheme. */
function reportOutflow(march: March, t: number): void {
  const { d, model, policy } = march;
  const found = firstOutflow(d, model, policy);
  if (found !== null) march.offender = `drift out of a linear face at ${placeAt(d, found.node, t)}`;
}

interface Iterated {
  readonly iterations: number;
  /** Relative to the largest value. */
  readonly residual: number;
  readonly solved: boolean;
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

/** One state: all in one pass over the nodes. */
function iterateLine(march: March, t: number, step: StepTerms): Iterated {
  const { d, model, input, policy, V, options } = march;
  const line = march.line!;
  let solved = false;
  let size = 0;
  let iterations = 0;
  lineForward(d, model, input, V, step, policy, line);
  while (!solved && iterations < options.maximumPolicyIterations) {
    const { change, largest: most } = lineBackward(line, V);
    iterations += 1;
    size = most + Number.MIN_VALUE;
    refresh(march, t, iterations);
    lineForward(d, model, input, V, step, policy, line);
    if (!Number.isFinite(line.residual + change + size)) return { iterations, residual: NaN, solved: false };
    solved = line.rawResidual / step.rest <= options.tolerance * size || change <= options.tolerance * size;
  }
  if (line.offender >= 0) march.offender ??= `a negative weight at ${placeAt(d, line.offender, t)}`;
  return { iterations, residual: line.residual / size, solved };
}

/** What changes with V inside a level: the correction over an infinite horizon, and what risk adds. */
function refresh(march: March, t: number, iterations: number): void {
  const { d, V, input, options } = march;
  const isCorrected = options.scheme === 'accurate' && d.problem.horizon === 'infinite';
  if (isCorrected && iterations < MOST_CORRECTIONS) limitedSecondDifferences(d, V, input);
  if (d.states === 1 && iterations <= OUTFLOW_CORRECTIONS) outflowSlopes(d, V, input);
  if (hasMoved(march)) refill(march, t);
}

/** Faces, obstacle, coefficients and limited differences of a level. */
function prepareLevel(march: March, t: number, growth: number): void {
  const { d, V, fixed, obstacle, input } = march;
  const isNew = !march.isFilled || d.problem.timeDependent !== false || input.changesModel;
  fixedValues(d, t, fixed);
  obstacleAt(d, t, obstacle);
  givenSlopes(d, t, input);
  for (let i = 0; i < V.length; i += 1) if (d.isFixed[i] === 1) V[i] = fixed[i];
  const isAccurate = march.options.scheme === 'accurate';
  const ahead = isAccurate ? extrapolated(march, growth) : V;
  if (isAccurate) limitedSecondDifferences(d, ahead, input);
  outflowSlopes(d, ahead, input);
  if (isNew || hasMoved(march)) refill(march, t);
  march.isFilled = true;
}

/** V1 + r (V1 - V2): where the value is going. */
function extrapolated({ V, later, latest }: March, r: number): Float64Array {
  if (latest === null || r > LARGEST_GROWTH) return V;
  return later.map((value, i) => value + r * (value - latest[i]));
}

function refill(march: March, t: number): void {
  const { d, model, search } = march;
  // A search reads the problem where it looks.
  if (search !== null) return;
  const level = levelOf(march, t);
  fillModel(d, model, level);
  march.gradient = level.gradient;
  d.checksPolynomials = false;
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
  if (offender >= 0) march.offender ??= `a negative weight at ${placeAt(d, offender, t)}`;
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
