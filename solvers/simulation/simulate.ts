import { randomStream, type RandomStream } from '../../src/math/random.js';
import { requireLevels } from '../closed-loop/levels.js';
import { resolveStart, type Start } from '../closed-loop/start.js';
import { stoppingGaps } from '../closed-loop/stopping.js';
import { buildLattice, stateOf } from '../grid/lattice.js';
import type { HjbSolution } from '../march/solution.js';
import { requireProblem } from '../problem/check.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { estimateCost, type CostEstimate } from './estimate.js';
import { Feedback } from './feedback.js';
import {
  resolveSimulationOptions,
  type ResolvedSimulationOptions,
  type SimulationOptions,
  type SimulationResult,
} from './options.js';
import {
  ABSORBED,
  AT_HORIZON,
  emptyPath,
  EXITED,
  ON_ITS_WAY,
  STOPPED,
  Walker,
  type Path,
  type StepClock,
} from './walker.js';

/**
 * Monte Carlo of the closed loop: the cost from `start` under the controls of a solution, interpolated between its nodes
 * and levels, by Euler-Maruyama with fine and with coarse steps under the same noise. Reflecting faces reflect (sloping
 * ones at the price of their slope), periodic ones lead round, absorbing ones stop at their value, with the crossings
 * within a step drawn from the Brownian bridge; a path that leaves through any other face ends there with the value of
 * the solution and is counted and warned of. An infinite horizon ends where e^(-discount t) < 1e-6.
 *
 * Path k takes its noise from a stream of its own, so that the same seed gives the same noise to every problem with the
 * same levels and substeps, whatever became of the paths before (common random numbers).
 *
 * @param solution - of this problem, with all levels kept
 * @param start - one number per state, in natural units, by order or by name
 * @returns mean cost with its standard error and the bias of its steps; a mean that is not finite is a status
 * @throws E_INVALID for a start outside the grid, options out of range or levels that were not kept
 *
 * @example
 * simulateClosedLoop(problem, solution, { x: 1 }, { paths: 10_000, seed: 7, substeps: 2 }).cost; // about V(0, 1)
 */
export function simulateClosedLoop(
  problem: ControlProblem,
  solution: HjbSolution,
  start: Start,
  options: SimulationOptions,
): SimulationResult {
  requireProblem(problem);
  requireLevels(problem, solution);
  const resolved = resolveSimulationOptions(problem, options);
  const costs = walkAll(problem, solution, resolveStart(problem, start), resolved);
  const group = resolved.antithetic ? 2 : 1;
  return resultOf(estimateCost(costs.fine, costs.coarse, problem.risk ?? 0, group), costs, resolved);
}

interface PathCosts {
  readonly fine: Float64Array;
  readonly coarse: Float64Array;
  readonly ended: SimulationResult['ended'];
  readonly atHorizon: SimulationResult['atHorizon'];
}

function resultOf(
  { cost, stepBias }: CostEstimate,
  { ended, atHorizon }: Pick<PathCosts, 'ended' | 'atHorizon'>,
  { paths, seed, substeps }: ResolvedSimulationOptions,
): SimulationResult {
  const isFinite = [cost.estimate, cost.standardError, stepBias.estimate].every(Number.isFinite);
  const share = ((100 * ended.exits) / paths).toPrecision(3);
  const exits = `${ended.exits} of ${paths} paths (${share} %) left the domain and ended at its face with the value there`;
  return {
    status: isFinite ? 'completed' : 'non_finite',
    remedy: isFinite ? 'Nothing to do.' : 'Take more substeps, or check the coefficients where the paths go.',
    cost: cost.estimate,
    standardError: cost.standardError,
    stepBias,
    ...{ paths, seed, fineSubsteps: 2 * substeps, ended, atHorizon },
    warnings: ended.exits > 0 ? [`${exits}: widen the domain or take more substeps.`] : [],
  };
}

function walkAll(
  problem: ControlProblem,
  solution: HjbSolution,
  start: readonly number[],
  options: ResolvedSimulationOptions,
  onLevel: OnLevel = () => {},
): PathCosts {
  const { paths, seed, antithetic } = options;
  const walker = new Walker(problem, new Feedback(problem, solution, gapsOf(problem, solution)), options.scenario);
  const [fine, coarse] = [emptyPath(problem), emptyPath(problem)];
  const costs = { fine: new Float64Array(paths), coarse: new Float64Array(paths) };
  const ended = { absorbed: 0, stopped: 0, exits: 0 };
  const sums = start.map(() => ({ first: 0, second: 0 }));
  let inside = 0;
  for (let k = 0; k < paths; k += 1) {
    const isMirrored = antithetic && k % 2 === 1;
    const stream = `path/${antithetic ? k >> 1 : k}`;
    const noise: Noise = {
      increments: randomStream(seed, `simulation/increments/${stream}`),
      crossings: walker.drawsCrossings ? randomStream(seed, `simulation/crossings/${stream}`) : null,
      isMirrored,
    };
    walkBoth(problem, walker, start, options, noise, fine, coarse, () => onLevel(k, fine));
    costs.fine[k] = fine.cost;
    costs.coarse[k] = coarse.cost;
    if (fine.end === ABSORBED) ended.absorbed += 1;
    if (fine.end === STOPPED) ended.stopped += 1;
    if (fine.end === EXITED) ended.exits += 1;
    if (fine.end !== AT_HORIZON) continue;
    inside += 1;
    sums.forEach((sum, a) => {
      sum.first += fine.x[a] - start[a];
      sum.second += (fine.x[a] - start[a]) ** 2;
    });
  }
  return { ...costs, ended, atHorizon: lawOf(sums, inside, start) };
}

function lawOf(
  sums: readonly { readonly first: number; readonly second: number }[],
  paths: number,
  start: readonly number[],
): SimulationResult['atHorizon'] {
  return {
    paths,
    mean: sums.map(({ first }, a) => start[a] + first / paths),
    standardDeviation: sums.map(({ first, second }) => Math.sqrt(Math.max(0, second / paths - (first / paths) ** 2))),
  };
}

function gapsOf(problem: ControlProblem, { times, value }: HjbSolution): Float64Array[] | null {
  const { obstacle, objective, states } = problem;
  if (obstacle === undefined) return null;
  const lattice = buildLattice(states);
  const nodes = Array.from({ length: lattice.size }, (_, node) => stateOf(lattice, node));
  return times.map((t, k) => stoppingGaps(obstacle, objective, t, nodes, value[k]));
}

/** Paths of the closed loop at the levels of the solution. */
export interface ClosedLoopPaths {
  readonly times: readonly number[];
  /** Of each path its states at these times, up to where it ended. */
  readonly paths: readonly (readonly (readonly number[])[])[];
}

/**
 * The first paths of `simulateClosedLoop`, under the same noise, for pictures.
 *
 * @param options - as they are given there; `paths` says how many are followed
 * @throws what `simulateClosedLoop` throws
 *
 * @example
 * closedLoopPaths(problem, solution, { x: 1 }, { paths: 20, seed: 7, substeps: 2 }).paths[0].at(-1); // where the first ends
 */
export function closedLoopPaths(
  problem: ControlProblem,
  solution: HjbSolution,
  start: Start,
  options: SimulationOptions,
): ClosedLoopPaths {
  requireProblem(problem);
  requireLevels(problem, solution);
  const resolved = resolveSimulationOptions(problem, options);
  const from = resolveStart(problem, start);
  const paths = Array.from({ length: resolved.paths }, (): number[][] => [[...from]]);
  walkAll(problem, solution, from, resolved, (k, { x }) => paths[k].push([...x]));
  return { times: resolved.times, paths };
}

/** Told where the k-th path is at each level after the first, until it ends. */
type OnLevel = (k: number, fine: Path) => void;

interface Noise {
  readonly increments: RandomStream;
  readonly crossings: RandomStream | null;
  readonly isMirrored: boolean;
}

/** Two fine steps and a coarse one at a time; the increment of the coarse one is the sum of the fine ones. */
function walkBoth(
  problem: ControlProblem,
  walker: Walker,
  start: readonly number[],
  { times, substeps }: ResolvedSimulationOptions,
  { increments, crossings, isMirrored }: Noise,
  fine: Path,
  coarse: Path,
  onLevel: () => void,
): void {
  const n = start.length;
  const isInfinite = problem.horizon === 'infinite';
  const [first, second, both] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const clock: StepClock = { level: 0, share: 0, t: 0, h: 0, shareStep: 0 };
  walker.begin(fine, start, clock);
  walker.begin(coarse, start, clock);
  for (let level = 0; level + 1 < times.length; level += 1) {
    const wasOnItsWay = fine.end === ON_ITS_WAY;
    const dt = times[level + 1] - times[level];
    const h = dt / (2 * substeps);
    const scale = (isMirrored ? -1 : 1) * Math.sqrt(h);
    for (let s = 0; s < substeps; s += 1) {
      if (fine.end !== ON_ITS_WAY && coarse.end !== ON_ITS_WAY) {
        if (wasOnItsWay) onLevel();
        return;
      }
      for (let a = 0; a < n; a += 1) {
        first[a] = scale * increments.normal();
        second[a] = scale * increments.normal();
        both[a] = first[a] + second[a];
      }
      const u1 = crossingOf(crossings, isMirrored);
      const u2 = crossingOf(crossings, isMirrored);
      const least = Math.min(u1, u2);
      clock.level = isInfinite ? 0 : level;
      setClock(clock, times[level], dt, 2 * s, 2 * substeps);
      if (fine.end === ON_ITS_WAY) walker.step(fine, clock, first, u1);
      setClock(clock, times[level], dt, 2 * s + 1, 2 * substeps);
      if (fine.end === ON_ITS_WAY) walker.step(fine, clock, second, u2);
      setClock(clock, times[level], dt, s, substeps);
      // Small where either of the two is, and uniform: P(min < m) = 1 - (1 - m)^2.
      if (coarse.end === ON_ITS_WAY) walker.step(coarse, clock, both, 1 - (1 - least) ** 2);
    }
    if (wasOnItsWay) onLevel();
  }
  if (isInfinite) return;
  const horizon = times[times.length - 1];
  if (fine.end === ON_ITS_WAY) walker.finish(fine, horizon);
  if (coarse.end === ON_ITS_WAY) walker.finish(coarse, horizon);
}

function crossingOf(crossings: RandomStream | null, isMirrored: boolean): number {
  if (crossings === null) return 1;
  return isMirrored ? 1 - crossings.uniform() : crossings.uniform();
}

/** Step s of `steps` between two levels. */
function setClock(clock: StepClock, from: number, dt: number, s: number, steps: number): void {
  clock.share = s / steps;
  clock.shareStep = 1 / steps;
  clock.t = from + clock.share * dt;
  clock.h = dt / steps;
}
