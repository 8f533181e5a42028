import { largest } from '../kernels/bicgstab.js';
import { packGiven, packRows } from '../discretization/pack-rows.js';
import { differencesAt, hasSlopes, limitedSecondDifferences } from '../discretization/differences.js';
import { problemFault } from '../discretization/faults.js';
import { fillModel } from '../discretization/fill.js';
import { mixedOnLines } from '../discretization/mixed-lines.js';
import { fixedValues, givenSlopes, levelInput, obstacleAt } from '../discretization/level-input.js';
import type { March } from './march-state.js';
import { placeAt, takesSlopes, type Discretization } from '../discretization/node-model.js';
import { firstOutflow, outflowSlopes, settleSlopes } from './outflow.js';
import type { LevelInput } from '../discretization/sample.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;

/** Change of the gradient that leaves the coefficients of a risk-sensitive criterion as they are, over sqrt(tolerance). */
const GRADIENT_SHARE = 0.1;

/** Corrections of the accurate scheme over an infinite horizon after which the limited differences are held. */
const MOST_CORRECTIONS = 40;

/**
 * Iterations after which what leaves through a `linear` face takes the slope of the step itself in place of its forecast: of
 * one state, whose linear solves are exact. An error of the forecast falls by dt |b| / (h + dt |b|) each time.
 */
const OUTFLOW_CORRECTIONS = 3;

/** Faces, obstacle, coefficients and limited differences of a level. */
export function prepareLevel(march: March, t: number): void {
  const { d, V, fixed, obstacle, input } = march;
  const isNew = !march.isFilled || d.problem.timeDependent !== false || input.changesModel;
  fixedValues(d, t, fixed);
  obstacleAt(d, t, obstacle);
  givenSlopes(d, t, input);
  for (const node of d.fixedNodes) V[node] = fixed[node];
  const isAccurate = march.options.scheme === 'accurate';
  if (isAccurate) limitedSecondDifferences(d, V, input);
  outflowSlopes(d, V, input);
  if (input.mixed?.isShared === false) mixedOnLines(d, input.mixed.reach, V, input.mixed.values);
  if (isNew || hasMoved(march)) refill(march, t);
  else if (isAccurate || hasSlopes(d) || d.linearNodes.length > 0) repack(march);
  march.isFilled = true;
}

/** Whether something else than the policy changes with V inside a level. */
export function changesInside(march: March): boolean {
  const { problem, linearNodes } = march.d;
  return problem.risk !== undefined || isCorrected(march) || linearNodes.length > 0;
}

/** Without levels before, the accurate scheme takes its limited differences from the level itself. */
function isCorrected({ d, options }: March): boolean {
  return options.scheme === 'accurate' && d.problem.horizon === 'infinite';
}

/** What changes with V inside a level: the correction over an infinite horizon, and what risk adds. */
export function refresh(march: March, t: number, iterations: number): void {
  const { d, V, input } = march;
  const corrects = isCorrected(march);
  const isOutflowing = d.states === 1 && d.linearNodes.length > 0;
  if (corrects && iterations < MOST_CORRECTIONS) limitedSecondDifferences(d, V, input);
  const corrected = isOutflowing && correctsOutflow(march, iterations);
  if (hasMoved(march)) refill(march, t);
  else if (corrects || corrected) repack(march);
}

/** Takes the slopes of the step itself: a few times in time, and without levels before until they settle. */
function correctsOutflow({ d, V, input, settling }: March, iterations: number): boolean {
  if (!takesSlopes(d.problem)) return false;
  const isEndless = d.problem.horizon === 'infinite';
  if (!isEndless && iterations > OUTFLOW_CORRECTIONS) return false;
  if (isEndless) settleSlopes(d, V, input, settling);
  else outflowSlopes(d, V, input);
  return true;
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

export function levelOf(march: March, t: number): LevelInput {
  return levelInput(march.d, t, march.input, march.d.problem.risk === undefined ? null : gradientOf(march));
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

export function largestDifference(a: Float64Array, b: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i += 1) most = max(most, abs(a[i] - b[i]));
  return most;
}

/** Where a row is none of an M-matrix, in words. */
export function offenceAt(d: Discretization, node: number, t: number): string {
  return `a negative weight at ${placeAt(d, node, t)}`;
}

/** What leaves through a `linear` face takes the slope of the level before with the wrong sign for a monotone scheme. */
export function reportOutflow(march: March, t: number): void {
  const { d, model, policy } = march;
  const found = firstOutflow(d, model, policy);
  if (found !== null) march.offender = `drift out of a linear face at ${placeAt(d, found.node, t)}`;
}

/**
 * Without a level before, the slope with which drift leaves through a `linear` face is that of the equation itself. Its rows
 * are not those of an M-matrix: elimination along one state still solves them, unless a diagonal vanishes; sweeps do not.
 */
export function refuseOutflow({ d, model, policy, finite }: March): void {
  if (d.states === 1 && finite) return;
  const found = firstOutflow(d, model, policy);
  if (found === null) return;
  const { node, axis } = found;
  const path = `states.${axis}.boundary.${d.positions[node][axis] === 0 ? 0 : 1}`;
  const remedy = 'Take "state_constraint", "reflecting" or { "dirichlet": ... } at this face, or a finite horizon.';
  throw problemFault(d, node, 0, path, 'drift leaves through a linear face over an infinite horizon', remedy);
}
