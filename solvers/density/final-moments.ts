import type { Start } from '../closed-loop/start.js';
import { buildLattice, positionOf } from '../grid/lattice.js';
import { everySecond } from '../grid/thinned.js';
import type { HjbSolution } from '../march/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { density } from './density.js';
import type { DensityResult } from './options.js';

/** A number and what its error may be; null where the companions have none. */
export interface Estimated {
  readonly value: number;
  readonly error: number | null;
}

/** The law at the last level in numbers, each of second order in steps and spacings. */
export interface FinalMoments {
  readonly mass: Estimated;
  readonly absorbed: Estimated;
  readonly mean: readonly Estimated[];
  readonly standardDeviation: readonly Estimated[];
}

/** Of an error told from half the nodes (Roache 1994), and how far a change of second order shrinks. */
const SAFETY = 1.25;
const SHRINKS = 3;

/** Intervals of an axis, or levels, below which there is no coarser companion. */
const FEWEST = 8;

/** Numbers as one list: mass, absorbed, means, deviations. */
type Numbers = readonly number[];

/**
 * Mass, absorbed mass, means and standard deviations at the last level. The steps of the density are of implicit Euler, of
 * first order: with M(dt) a number under steps dt,
 *   M = 2 M(dt) - M(2 dt)
 * is of second order (Richardson); its error is told from the same on half the nodes of every axis and half the levels, where
 * it is about four times as large. Nodes and levels of the companions are some of those of the solution, so that they follow
 * its policy as it is.
 *
 * @param fine - the density under the solution, of the accurate scheme
 * @param solution - of this problem, with all levels kept
 * @returns null where the fine density has no moments
 */
export function finalMoments(
  problem: ControlProblem,
  solution: HjbSolution,
  start: Start,
  fine: DensityResult,
): FinalMoments | null {
  const own = numbersOf(fine, problem);
  if (own === null) return null;
  const isLong = problem.times.length > FEWEST && problem.states.every(({ grid }) => grid.length > FEWEST);
  const [h2, c2, c4] = isLong
    ? [onLevels(problem, solution, 2), onNodes(onLevels(problem, solution, 2)), onNodes(onLevels(problem, solution, 4))]
    : [null, null, null];
  const [twice, coarse, coarseTwice] = [h2, c2, c4].map((pair) => (pair === null ? null : run(pair, start)));
  if (twice === null)
    return asMoments(
      own,
      own.map(() => null),
      problem,
    );
  const best = extrapolated(own, twice);
  if (coarse === null || coarseTwice === null) return asMoments(best, best.map((value, k) => Math.abs(value - own[k])), problem); // prettier-ignore
  const half = extrapolated(coarse, coarseTwice);
  const errors = best.map(
    (value, k) => (SAFETY * Math.abs(value - half[k])) / SHRINKS + Math.abs(value - own[k]) * 1e-3,
  );
  return asMoments(best, errors, problem);
}

interface Pair {
  readonly problem: ControlProblem;
  readonly solution: HjbSolution;
}

function run({ problem, solution }: Pair, start: Start): Numbers | null {
  const result = density(problem, solution, start, { keep: problem.times.length, scheme: 'accurate' });
  return result.status === 'converged' ? numbersOf(result, problem) : null;
}

function numbersOf({ mass, absorbed, mean, covariance }: DensityResult, { states }: ControlProblem): Numbers | null {
  const last = mass.length - 1;
  const [m, c] = [mean[last], covariance[last]];
  if (m === null || c === null) return null;
  const n = states.length;
  return [mass[last].reduce((sum, p) => sum + p, 0), absorbed[last], ...m, ...states.map((_, d) => c[d * (n + 1)])];
}

function extrapolated(once: Numbers, twice: Numbers): number[] {
  return once.map((value, k) => 2 * value - twice[k]);
}

/** Deviations from the variances, whose errors they have over twice themselves. */
function asMoments(values: Numbers, errors: readonly (number | null)[], { states }: ControlProblem): FinalMoments {
  const n = states.length;
  const at = (k: number): Estimated => ({ value: values[k], error: errors[k] });
  const rooted = ({ value, error }: Estimated): Estimated => {
    const deviation = Math.sqrt(Math.max(value, 0));
    return { value: deviation, error: error === null ? null : error / Math.max(2 * deviation, Math.sqrt(error) || 1) };
  };
  return {
    mass: at(0),
    absorbed: at(1),
    mean: states.map((_, d) => at(2 + d)),
    standardDeviation: states.map((_, d) => rooted(at(2 + n + d))),
  };
}

/** Every k-th level of a solution, and the last one. */
function onLevels(problem: ControlProblem, solution: HjbSolution, k: number): Pair {
  const last = problem.times.length - 1;
  const isKept = (_: unknown, level: number): boolean => level % k === 0 || level === last;
  const { times, value, control } = solution;
  return {
    problem: { ...problem, times: problem.times.filter(isKept) },
    solution: {
      ...solution,
      times: times.filter(isKept),
      value: value.filter(isKept),
      control: control.filter(isKept),
    },
  };
}

/** Every second node of every axis, and the last one. */
function onNodes({ problem, solution }: Pair): Pair {
  const lattice = buildLattice(problem.states);
  const kept: number[] = [];
  for (let node = 0; node < lattice.size; node += 1) {
    if (positionOf(lattice, node).every((j, d) => j % 2 === 0 || j === lattice.shape[d] - 1)) kept.push(node);
  }
  const thin =
    (width: number) =>
    (level: Float64Array): Float64Array =>
      Float64Array.from(
        { length: kept.length * width },
        (_, k) => level[kept[Math.floor(k / width)] * width + (k % width)],
      );
  return {
    problem: { ...problem, states: problem.states.map((axis) => ({ ...axis, grid: everySecond(axis.grid) })) },
    solution: {
      ...solution,
      value: solution.value.map(thin(1)),
      control: problem.controls.length === 0 ? solution.control : solution.control.map(thin(problem.controls.length)),
    },
  };
}
