import { SCHEMES } from '../discretization/schemes.js';
import type { Iterated } from '../kernels/grid-iteration.js';
import { endlessAt } from './endless.js';
import { iterateLevel } from './iterate.js';
import { prepareLevel, refuseOutflow, reportOutflow } from './level.js';
import type { StepTerms } from '../linear-system/system.js';
import type { March } from './march-state.js';

/** Growth of the time step beyond which BDF2 is not stable: implicit Euler there. */
const LARGEST_GROWTH = 2;

/** One implicit step back to time level `level`. */
export function stepBack(march: March, level: number): void {
  const { t, step } = openStep(march, level);
  closeLevel(march, t, iterateLevel(march, t, step));
}

/**
 * Moves to time level `level` and reads it; `closeLevel` ends what this begins.
 * @param forecasts - whether the first guess, and with it the slopes at `linear` faces, goes on from the levels before; else
 * it is the level after
 */
export function openStep(
  march: March,
  level: number,
  forecasts = true,
): { readonly t: number; readonly step: StepTerms } {
  const { times } = march.d.problem;
  const t = times[level];
  const dt = times[level + 1] - t;
  const growth = level + 2 < times.length ? dt / (times[level + 2] - times[level + 1]) : Infinity;
  const reused = march.latest ?? new Float64Array(march.V.length);
  march.latest = Number.isFinite(growth) ? march.later : null;
  march.later = march.V;
  march.V = reused;
  extrapolate(march, forecasts ? growth : Infinity);
  prepareLevel(march, t);
  return { t, step: stepTerms(march, dt, growth) };
}

/**
 * Implicit Euler: (V - V1) / dt. BDF2 with step ratio r = dt / dt1:
 *   ((1 + 2 r)/(1 + r) V - (1 + r) V1 + r^2/(1 + r) V2) / dt.
 */
function stepTerms(march: March, dt: number, r: number): StepTerms {
  const { source, later, latest } = march;
  const discount = march.d.problem.discount ?? 0;
  const isSecond = latest !== null && SCHEMES[march.options.scheme].timeOrder === 2 && r <= LARGEST_GROWTH;
  const [c1, c2] = isSecond ? [(1 + r) / dt, -(r * r) / ((1 + r) * dt)] : [1 / dt, 0];
  if (latest === null || c2 === 0) for (let i = 0; i < source.length; i += 1) source[i] = c1 * later[i];
  else for (let i = 0; i < source.length; i += 1) source[i] = c1 * later[i] + c2 * latest[i];
  return termsWith(march, (isSecond ? (1 + 2 * r) / (1 + r) : 1) / dt + discount);
}

/** Where a value is given, rest V = source says it. */
function termsWith({ d, source, fixed, obstacle }: March, rest: number): StepTerms {
  for (const node of d.fixedNodes) source[node] = rest * fixed[node];
  return { rest, source, fixed, obstacle };
}

/** The stationary equation of an infinite horizon. */
export function solveStationary(march: March): void {
  prepareLevel(march, 0);
  closeLevel(march, 0, iterateLevel(march, 0, termsWith(march, march.d.problem.discount!)));
  refuseOutflow(march);
}

/** Enters what the policy iteration of a level came to. */
export function closeLevel(march: March, t: number, { iterations, residual, solved }: Iterated): void {
  march.iterations += iterations;
  march.mostIterations = Math.max(march.mostIterations, iterations);
  march.residual = Math.max(march.residual, residual);
  march.finite = Number.isFinite(residual);
  // Searched controls are looked at after the first step, and where policies go round, which may have no best one to come to.
  const isFirst = march.latest === null && march.search !== null;
  if (isFirst || (!solved && march.converged)) march.endless ??= endlessAt(march, t);
  march.finite &&= march.endless === null;
  march.converged &&= solved;
  if (march.offender === null) reportOutflow(march, t);
}

/** The first guess: V1 + r (V1 - V2), where the value is going. */
function extrapolate({ V, later, latest }: March, r: number): void {
  if (latest === null || r > LARGEST_GROWTH) V.set(later);
  else for (let i = 0; i < V.length; i += 1) V[i] = later[i] + r * (later[i] - latest[i]);
}
