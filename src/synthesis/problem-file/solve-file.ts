import type { ControlProblemFile } from '../../artifacts/control-problem/control-problem.js';
import { readArtifact } from '../../artifacts/files.js';
import type { ProblemResult } from '../../artifacts/solution/problem-solution.js';
import { HjbLrError } from '../../errors.js';
import { compileProblem } from './compile.js';
import { orEveryFault } from './every-fault.js';
import { densityResult, resultOf, simulationResult } from './result.js';
import { writeSolution, type Solved } from './solution-file.js';
import { requirePathsWithinLimits } from './size.js';
import { leftOutOfBoxes } from './structure.js';
import type { ForwardDensity, ProblemSolvers, Simulation } from './solvers.js';

export interface ProblemOptions {
  readonly problemPath: string;
  /** Folder for solution.json; without it nothing is written. */
  readonly out?: string | undefined;
  readonly density: boolean;
  /** Number of Monte Carlo paths. */
  readonly simulate?: number | undefined;
  readonly seed: number;
  /** Whether the solution will be drawn over time. */
  readonly draw: boolean;
  /** Told the share of the solve that is done. */
  readonly onShare?: (share: number) => void;
}

export interface SolvedProblem extends Solved {
  readonly artifacts: readonly string[];
}

/**
 * Reads a problem file, solves it, and writes the solution if a folder is given.
 * @throws what `readArtifact` and `compileProblem` throw, E_WRITE; E_USAGE for --density or --simulate without a start;
 * E_LIMIT for more paths than the limits allow
 */
export async function solveProblem(options: ProblemOptions, solvers: ProblemSolvers): Promise<SolvedProblem> {
  const file = keptFor(await readArtifact('control_problem', options.problemPath), options);
  const closedLoop = closedLoopOf(file, options, solvers);
  const { problem: asked, options: solveOptions, requireInputs } = await compileProblem(file);
  const withProgress = { ...solveOptions, onProgress: options.onShare };
  const answer = orEveryFault(() => solvers.solve(asked, withProgress), requireInputs);
  const { solution, problem } = answer;
  const isFinite = solution.status !== 'non_finite';
  const density = (isFinite && closedLoop.density?.(problem, solution)) || null;
  const simulation = (isFinite && closedLoop.simulation?.(problem, solution)) || null;
  const result = { ...resultOf(answer), ...closedLoopResult(file, options, density, simulation) };
  const isLeftOut = !isFinite && (options.density || options.simulate !== undefined);
  result.warnings.push(...leftOutOfBoxes(file));
  if (density !== null && density.status !== 'converged') {
    result.warnings.push(`density: ${density.status}; ${density.remedy}`);
  }
  if (isLeftOut) result.warnings.push('no density and no simulation: the value is not finite');
  const solved = { file, problem, solution, result, density };
  return { ...solved, artifacts: options.out === undefined ? [] : await writeSolution(options.out, solved) };
}

function closedLoopResult(
  { states, uncertainty }: ControlProblemFile,
  { simulate, seed }: ProblemOptions,
  density: ForwardDensity | null,
  simulation: Simulation | null,
): Pick<ProblemResult, 'density' | 'simulation'> {
  const names = states.map(({ name }) => name);
  return {
    ...(density === null ? {} : { density: densityResult(density, names) }),
    ...(simulation === null
      ? {}
      : { simulation: simulationResult(simulation, { paths: simulate!, seed, states: names }, uncertainty) }),
  };
}

/** Levels of a picture over time. */
const DRAWN_LEVELS = 100;

/** The levels that the closed loop needs (all of them), and a picture over time. */
function keptFor(file: ControlProblemFile, { density, simulate, draw }: ProblemOptions): ControlProblemFile {
  if (density || simulate !== undefined) return { ...file, keep: 'all' };
  if (!draw || file.keep !== 'query' || file.states.length > 1 || file.time === null) return file;
  const steps = 'steps' in file.time ? file.time.steps : file.time.levels.length - 1;
  return { ...file, keep: Math.ceil(steps / DRAWN_LEVELS) };
}

type FromSolution<Result> = (problem: Solved['problem'], solution: Solved['solution']) => Result;

interface ClosedLoop {
  readonly density: FromSolution<ReturnType<NonNullable<ProblemSolvers['density']>>> | undefined;
  readonly simulation: FromSolution<ReturnType<NonNullable<ProblemSolvers['simulate']>>> | undefined;
}

/** What is asked of the closed loop; refused before the solve where it cannot be given. */
function closedLoopOf(file: ControlProblemFile, options: ProblemOptions, solvers: ProblemSolvers): ClosedLoop {
  const { density: wantsDensity, simulate: paths, seed } = options;
  if (!wantsDensity && paths === undefined) return { density: undefined, simulation: undefined };
  const start = startOf(file);
  if (paths !== undefined) requirePathsWithinLimits(file, paths);
  return {
    density: wantsDensity ? (problem, solution) => solvers.density(problem, solution, start) : undefined,
    simulation:
      paths === undefined ? undefined : (problem, solution) => solvers.simulate(problem, solution, start, paths, seed),
  };
}

function startOf({ start, states, horizon }: ControlProblemFile): number[] {
  if (horizon === 'infinite') {
    throw new HjbLrError('E_USAGE', '--density and --simulate need a finite horizon.', {
      remedy: 'Give a horizon in the file, long enough for the discount to end all costs.',
    });
  }
  if (start !== null) return states.map(({ name }) => start[name]);
  const example = Object.fromEntries(states.map(({ name, domain }) => [name, (domain[0] + domain[1]) / 2]));
  throw new HjbLrError('E_USAGE', '--density and --simulate need a start.', {
    remedy: `Add to the file, for example: "start": ${JSON.stringify(example)}`,
  });
}
