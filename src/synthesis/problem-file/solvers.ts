import { density, finalMoments, interpolateSolution, simulateClosedLoop, solve } from '../../../solvers/index.js';
import type { Answer, ControlProblem, HjbSolution, SolveOptions, StateAxis } from '../../../solvers/index.js';

/** Where the state is under the policy, from the forward Kolmogorov equation. */
export interface ForwardDensity {
  readonly status: string;
  /** One sentence: what to do about the status. */
  readonly remedy: string;
  readonly times: readonly number[];
  /** Probability of each node's cell over its volume at these times, row-major over the states. */
  readonly density: readonly Float64Array[];
  /** At the last of these times: probability inside, and absorbed at faces that give the value. */
  readonly mass: number;
  readonly absorbed: number;
  /** Of each state at the last of these times, given that it is inside. */
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  /** What the errors of these numbers may be; null where there are no companions. */
  readonly errors: {
    readonly mass: number | null;
    readonly absorbed: number | null;
    readonly mean: readonly (number | null)[];
    readonly standardDeviation: readonly (number | null)[];
  };
}

/** Monte Carlo of the closed loop. */
export interface Simulation {
  /** Mean cost of the paths (of the criterion itself where it is risk-sensitive), and its standard error. */
  readonly cost: number;
  readonly standardError: number;
  /** Cost of steps twice as long less this cost, under the same noise: about the error by the steps. */
  readonly stepBias: number;
  /** V(0, start), interpolated as the paths do. */
  readonly value: number;
  /** Of an uncertain problem the case of the worst cost, counted as the solvers do; null of a certain one. */
  readonly scenario: number | null;
  /** Share of the paths that left the domain, and ended at its face with the value there. */
  readonly left: number;
  /** Of each state at the horizon, over the paths that are inside then; NaN where there is none. */
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  readonly warnings: readonly string[];
}

/** What a problem is solved with; tests give others. */
export interface ProblemSolvers {
  solve(problem: ControlProblem, options: Partial<SolveOptions>): Answer;
  /** The solution holds every level. */
  density(problem: ControlProblem, solution: HjbSolution, start: readonly number[]): ForwardDensity;
  simulate(
    problem: ControlProblem,
    solution: HjbSolution,
    start: readonly number[],
    paths: number,
    seed: number,
  ): Simulation;
}

/** Levels of a density that are returned. */
const DENSITY_LEVELS = 100;

export const releasedSolvers: ProblemSolvers = { solve, density: forwardDensity, simulate };

function forwardDensity(problem: ControlProblem, solution: HjbSolution, start: readonly number[]): ForwardDensity {
  const keep = Math.max(1, Math.ceil((problem.times.length - 1) / DENSITY_LEVELS));
  const fine = density(problem, solution, [...start], { keep, scheme: 'accurate' });
  const moments = finalMoments(problem, solution, [...start], fine);
  const { status, remedy, times, mass, absorbed } = fine;
  const volumes = cellVolumes(problem.states);
  const last = mass.length - 1;
  return {
    status,
    remedy,
    times,
    density: mass.map((level) => level.map((probability, node) => probability / volumes[node])),
    mass: moments?.mass.value ?? mass[last].reduce((sum, probability) => sum + probability, 0),
    absorbed: moments?.absorbed.value ?? absorbed[last],
    mean: problem.states.map((_, d) => moments?.mean[d].value ?? NaN),
    standardDeviation: problem.states.map((_, d) => moments?.standardDeviation[d].value ?? NaN),
    errors: {
      mass: moments?.mass.error ?? null,
      absorbed: moments?.absorbed.error ?? null,
      mean: problem.states.map((_, d) => moments?.mean[d].error ?? null),
      standardDeviation: problem.states.map((_, d) => moments?.standardDeviation[d].error ?? null),
    },
  };
}

/** Volume around each node, half way to its neighbours, in natural units; row-major over the states. */
function cellVolumes(states: readonly StateAxis[]): number[] {
  const widths = states.map(({ grid }) => grid.map((x, i) => ((grid[i + 1] ?? x) - (grid[i - 1] ?? x)) / 2));
  return widths.reduce<number[]>((volumes, axis) => volumes.flatMap((volume) => axis.map((w) => volume * w)), [1]);
}

function simulate(
  problem: ControlProblem,
  solution: HjbSolution,
  start: readonly number[],
  paths: number,
  seed: number,
): Simulation {
  const { scenarios = 1, objective } = problem;
  const options = { paths, seed, substeps: 1 };
  const results = Array.from({ length: scenarios }, (_, scenario) =>
    simulateClosedLoop(problem, solution, [...start], scenarios === 1 ? options : { ...options, scenario }),
  );
  const sign = objective === 'minimize' ? 1 : -1;
  const worst = results.reduce((most, result) => (sign * result.cost > sign * most.cost ? result : most));
  const { cost, standardError, stepBias, ended, atHorizon, warnings } = worst;
  const point = interpolateSolution(problem, solution, 0, start);
  return {
    ...{ cost, standardError, stepBias: stepBias.estimate, warnings },
    value: point.inside ? point.value : NaN,
    scenario: scenarios === 1 ? null : results.indexOf(worst),
    left: ended.exits / paths,
    ...{ mean: atHorizon.mean, standardDeviation: atHorizon.standardDeviation },
  };
}
