import { largest, MOST_LINEAR } from '../kernels/bicgstab.js';
import { iterateGrid, type Iterated } from '../kernels/grid-iteration.js';
import { iterateLine } from '../kernels/line-iteration.js';
import { improveNodes, improvePolicy } from '../minimizer/exact-minimizer.js';
import { endlessAt } from './endless.js';
import { packStopping } from '../discretization/pack-rows.js';
import { changesInside, largestDifference, levelOf, offenceAt, refresh } from './level.js';
import { solveSystem } from '../linear-system/solve.js';
import { assemble, residuals, type LinearSystem, type StepTerms } from '../linear-system/system.js';
import type { MarchKernel } from './kernel-choice.js';
import { stepsOf, type March, type Steps } from './march-state.js';
import type { Discretization } from '../discretization/node-model.js';
import { locatePieces } from './outflow.js';
import { searchPolicy } from '../minimizer/search.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;

/**
 * A linear solve need not be finer than the policy under which it is made: its residual falls to this share of the policy's,
 * or to what leaves this share of the tolerance in the value.
 */
const LINEAR_REDUCTION = 1e-3;
const LINEAR_SHARE = 0.1;
const LEAST_RESIDUAL = 1e-13;

/** A bound on the error that grows by less than this under a whole search is the same. */
const CONFIRMED = 2;

/** Iterations after which searched controls may be following a Hamiltonian without a least value. */
const DOUBTFUL = 4;

/**
 * Policy iteration (Howard): improve the control, solve under it, until the equation with the optimum in it holds. An
 * M-matrix whose rows exceed by `rest` bounds the distance of V from its solution by the largest residual over `rest`.
 */
export function iterateLevel(march: March, t: number, step: StepTerms): Iterated {
  const inKernel = march.kernel === null ? null : iterateInKernel(march, march.kernel, t, step);
  if (inKernel !== null && (inKernel.solved || march.kernel!.kind === 'line')) return inKernel;
  // Corrections that go round between policies: each linear solve to the end, from the level before, settles them.
  if (inKernel !== null) startAgain(march);
  march.steps ??= stepsOf(march.d);
  const inSteps = iterateInSteps(march, march.steps, t, step);
  return inKernel === null ? inSteps : { ...inSteps, iterations: inKernel.iterations + inSteps.iterations };
}

/**
 * How far `march.V` may be from the solution of a step: an M-matrix whose rows exceed by `rest` bounds the distance by the
 * largest residual over `rest`. One improvement and assembly, no solve.
 */
export function distanceFromStep(march: March, t: number, step: StepTerms): number {
  const { d, V, kernel } = march;
  if (kernel === null) {
    const { system, work } = (march.steps ??= stepsOf(d));
    improveAndAssemble(march, system, t, step, true);
    residuals(system, system.right, V, work.residual);
    return errorBound(system, work.residual, step.rest);
  }
  const { state } = kernel.kernel;
  copyOriented(d, V, state.V);
  copyOriented(d, step.source, state.source);
  packStopping(d, step, march.rows!);
  kernel.kernel.forward(step.rest);
  return state.rawResidual / step.rest;
}

/** Back to the first guess that is sure: the level before, and the values given at this one. */
function startAgain({ d, V, later, fixed }: March): void {
  V.set(later);
  for (const node of d.fixedNodes) V[node] = fixed[node];
}

/** Any problem: improvement, assembly and linear solve one after the other. */
function iterateInSteps(march: March, { before, system, work }: Steps, t: number, step: StepTerms): Iterated {
  const { V, options, search } = march;
  // Controls are followed until the values stand, and searched in whole to confirm them.
  const confirms = search !== null && search.atNode.follows;
  improveAndAssemble(march, system, t, step, confirms);
  let solved = false;
  let residual = residuals(system, system.right, V, work.residual) / (largest(V) + Number.MIN_VALUE);
  let iterations = 0;
  while (!solved && iterations < options.maximumPolicyIterations) {
    before.set(V);
    const finest = max(LEAST_RESIDUAL, (LINEAR_SHARE * options.tolerance * step.rest) / largest(system.diagonal));
    const tolerance = max(finest, LINEAR_REDUCTION * residual);
    const missing = solveSystem(system, V, work, { tolerance, maximumIterations: MOST_LINEAR });
    iterations += 1;
    if (iterations === DOUBTFUL && march.search !== null) march.endless ??= endlessAt(march, t);
    if (march.endless !== null) return { iterations, residual, solved: false };
    const size = largest(V) + Number.MIN_VALUE;
    if (!Number.isFinite(size)) return { iterations, residual: NaN, solved: false };
    const change = largestDifference(V, before) / size;
    refresh(march, t, iterations);
    improveAndAssemble(march, system, t, step, confirms);
    residual = residuals(system, system.right, V, work.residual) / size;
    if (!Number.isFinite(residual + change)) return { iterations, residual: NaN, solved: false };
    const bound = errorBound(system, work.residual, step.rest) / size;
    solved = bound <= options.tolerance || (change <= options.tolerance && missing <= finest);
    if (!solved || !confirms) continue;
    improveAndAssemble(march, system, t, step, false);
    residual = residuals(system, system.right, V, work.residual) / size;
    if (!Number.isFinite(residual)) return { iterations, residual: NaN, solved: false };
    solved = errorBound(system, work.residual, step.rest) / size <= max(options.tolerance, CONFIRMED * bound);
  }
  return { iterations, residual, solved };
}

/** @param follows - whether a search may stay with the controls it has, where that costs less */
function improveAndAssemble(march: March, system: LinearSystem, t: number, step: StepTerms, follows: boolean): void {
  const { d, model, input, policy, search, V } = march;
  if (search !== null) search.isFollowing = follows;
  if (search === null) improvePolicy(d, model, input, V, policy);
  else searchPolicy(d, model, levelOf(march, t), input, V, policy, search);
  const offender = assemble(d, model, input, policy, step, V, system);
  if (offender >= 0) march.offender ??= offenceAt(d, offender, t);
}

/** The largest residual of a row before its division by the diagonal, over `rest`. */
function errorBound({ diagonal }: LinearSystem, residual: Float64Array, rest: number): number {
  let bound = 0;
  for (let i = 0; i < residual.length; i += 1) bound = max(bound, (abs(residual[i]) * diagonal[i]) / rest);
  return bound;
}

/** A kernel has arrays of its own, in which it minimizes: what is maximized goes there, and comes back, with the other sign. */
function iterateInKernel(march: March, kernel: MarchKernel, t: number, step: StepTerms): Iterated {
  const { d, policy, V, options } = march;
  const { state } = kernel.kernel;
  copyOriented(d, V, state.V);
  copyOriented(d, step.source, state.source);
  packStopping(d, step, march.rows!);
  const refreshed = (iterations: number): void => {
    copyOriented(d, state.V, V);
    refresh(march, t, iterations);
    packStopping(d, step, march.rows!);
  };
  const iterated =
    kernel.kind === 'grid'
      ? iterateGrid(kernel, step.rest, options)
      : iterateLine(kernel.kernel, step.rest, options, changesInside(march) ? refreshed : null);
  copyOriented(d, state.V, V);
  policy.control.set(state.control);
  // Where pieces belong to values of a finite control, the interval control alone does not tell which; stopping leaves it open.
  if (step.obstacle !== null && d.controls > 0) improvePolicy(d, march.model, march.input, V, policy);
  else if (d.exact!.values === null) locatePieces(d, march.model, policy);
  else improveNodes(d, march.model, march.input, V, policy, d.linearNodes);
  if (state.offender >= 0) march.offender ??= offenceAt(d, state.offender, t);
  return iterated;
}

function copyOriented({ sign }: Discretization, from: Float64Array, to: Float64Array): void {
  if (sign === 1) to.set(from);
  else for (let i = 0; i < to.length; i += 1) to[i] = -from[i];
}
