import { buildLattice } from '../grid/lattice.js';
import { batchKernel, LANES, type BatchKernel } from '../kernels/wasm/batch.js';
import { iterateBatch } from '../kernels/wasm/batch-iteration.js';
import { hasWasm } from '../kernels/wasm/module.js';
import { requireProblem } from '../problem/check.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { offenceAt } from './level.js';
import { closeLevel, openStep } from './march.js';
import { isLine } from './kernel-choice.js';
import { startMarch, type March } from './march-state.js';
import { discretize, type Discretization } from '../discretization/node-model.js';
import { resolveOptions, type HjbOptions } from './options.js';
import type { HjbSolution } from './solution.js';
import { keepLevel, solutionOf, solveHjb } from './solve.js';

/**
 * Solves many problems, as `solveHjb` solves each: those of one state over the same nodes and time levels (an ensemble over
 * uncertain coefficients, a bootstrap) eight at a time, side by side in WebAssembly with SIMD. The numbers are those of
 * `solveHjb` for each problem alone.
 *
 * @param problems - of any size; order and mixture are free
 * @returns one solution for each problem, in their order
 * @throws what `solveHjb` throws, for the first problem that is not well posed
 *
 * @example
 * solveEnsemble(problems, { tolerance: 1e-9, maximumPolicyIterations: 50, keep: [0] }).map(({ value }) => value[0]);
 */
export function solveEnsemble(problems: readonly ControlProblem[], options: HjbOptions): HjbSolution[] {
  const solutions = new Array<HjbSolution>(problems.length);
  const marches = problems.map((problem) => (isBatched(problem) ? marchFor(problem, options) : null));
  for (const group of groupsOf(marches)) {
    const solved = solveTogether(group.map((index) => marches[index]!));
    group.forEach((index, k) => (solutions[index] = solved[k]));
  }
  problems.forEach((problem, index) => (solutions[index] ??= solveHjb(problem, options)));
  return solutions;
}

/** Stopping changes the rows at every step; over an infinite horizon, with risk and at linear faces more than the policy changes inside a level. */
function isBatched({ states, horizon, risk, obstacle }: ControlProblem): boolean {
  const isSteady =
    horizon !== 'infinite' && risk === undefined && obstacle === undefined && !states[0].boundary.includes('linear');
  return states.length === 1 && isSteady && hasWasm();
}

function marchFor(problem: ControlProblem, options: HjbOptions): March | null {
  requireProblem(problem);
  const resolved = resolveOptions(options, problem.times);
  const d = discretize(problem, buildLattice(problem.states), resolved.scheme);
  return isLine(d) ? startMarch(d, resolved, { kernel: 'typescript', threads: 1 }) : null;
}

/** Indices of problems on as many nodes and the same levels, at most one for each lane; none of a group of one. */
function groupsOf(marches: readonly (March | null)[]): number[][] {
  const alike = new Map<string, number[]>();
  marches.forEach((march, index) => {
    if (march === null) return;
    const key = alikeness(march.d);
    alike.set(key, [...(alike.get(key) ?? []), index]);
  });
  return [...alike.values()].flatMap(chunks).filter((group) => group.length > 1);
}

function alikeness({ lattice, problem }: Discretization): string {
  return JSON.stringify([lattice.size, problem.times, problem.discount ?? 0]);
}

function chunks(indices: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(indices.length / LANES) }, (_, k) => indices.slice(k * LANES, (k + 1) * LANES));
}

function solveTogether(marches: readonly March[]): HjbSolution[] {
  const [{ d }] = marches;
  const batch: BatchKernel = batchKernel(d.lattice.size);
  const kept = marches.map(() => new Map());
  const last = d.problem.times.length - 1;
  for (let level = last - 1; level >= 0; level -= 1) {
    const moving = marches.map(({ finite }) => finite);
    const steps = marches.map((march, lane) => (moving[lane] ? openStep(march, level).step : null));
    const iterated = iterateBatch(batch, marches, steps);
    marches.forEach((march, lane) => {
      if (!moving[lane]) return;
      const { offender } = batch.findings[lane];
      if (offender >= 0) march.offender ??= offenceAt(march.d, offender, march.d.problem.times[level]);
      closeLevel(march, d.problem.times[level], iterated[lane]);
      keepLevel(march, level, kept[lane]);
    });
  }
  return marches.map((march, lane) => ({ ...solutionOf(march, kept[lane], last), kernel: 'wasm, 8 problems at once' }));
}
