import { issueUnless, refuseWhere } from '../input-issues.js';
import type { ControlProblem } from '../problem/control-problem.js';

export interface SimulationOptions {
  /** Paths, at least 2; even when antithetic. */
  readonly paths: number;
  /** Nonnegative integer: the same seed gives the same numbers. */
  readonly seed: number;
  /** Coarse steps between two levels of the solution, at least 1; the fine ones are twice as many. */
  readonly substeps: number;
  /** Whether every second path has the opposite noise of the one before; no unless given. */
  readonly antithetic?: boolean;
  /** Case of an uncertain problem, counted from 0: to be given there, because its value is a bound over all of them. */
  readonly scenario?: number;
  /** Time between two levels: for an infinite horizon, which has none of its own, and only there. */
  readonly levelTime?: number;
}

export interface SimulationResult {
  readonly status: 'completed' | 'non_finite';
  /** One sentence: what to do about the status. */
  readonly remedy: string;
  /** Mean cost (reward) of the fine steps; (1/theta) ln mean exp(theta cost) of a risk-sensitive criterion. */
  readonly cost: number;
  /** Of `cost`, from the spread of the paths (of the pairs, when antithetic). */
  readonly standardError: number;
  /** Cost of the coarse steps less that of the fine ones under the same noise: about the error of `cost` by its steps. */
  readonly stepBias: { readonly estimate: number; readonly standardError: number };
  readonly paths: number;
  readonly seed: number;
  /** Fine steps between two levels. */
  readonly fineSubsteps: number;
  /** How many of the fine paths ended before the horizon: at Dirichlet faces, by stopping, or through other faces. */
  readonly ended: { readonly absorbed: number; readonly stopped: number; readonly exits: number };
  /** Mean and standard deviation of each state over the fine paths that are inside at the horizon; NaN where there is none. */
  readonly atHorizon: {
    readonly paths: number;
    readonly mean: readonly number[];
    readonly standardDeviation: readonly number[];
  };
  readonly warnings: readonly string[];
}

/** Where e^(-discount t) has fallen below this, an infinite horizon ends. */
const LAST_DISCOUNT = 1e-6;

/** Options with every default filled in. */
export interface ResolvedSimulationOptions {
  readonly paths: number;
  readonly seed: number;
  readonly substeps: number;
  readonly antithetic: boolean;
  readonly scenario: number;
  /** Levels of the simulation, increasing from 0. */
  readonly times: readonly number[];
}

/**
 * The complete record of options.
 * @throws E_INVALID with every issue and its path
 */
export function resolveSimulationOptions(
  problem: ControlProblem,
  options: SimulationOptions,
): ResolvedSimulationOptions {
  const { paths, seed, substeps, antithetic = false, scenario, levelTime } = options;
  const { horizon, scenarios = 1 } = problem;
  const isCount = (n: number, least: number): boolean => Number.isSafeInteger(n) && n >= least;
  const isCase = scenario === undefined || (isCount(scenario, 0) && scenario < scenarios);
  const isInfinite = horizon === 'infinite';
  const isPositive = levelTime !== undefined && levelTime > 0 && Number.isFinite(levelTime);
  refuseWhere(
    [
      ...issueUnless(isCount(paths, 2), 'paths', `must be an integer of at least 2, got ${paths}`),
      ...issueUnless(!antithetic || paths % 2 === 0, 'paths', `antithetic paths come in pairs, got ${paths}`),
      ...issueUnless(isCount(seed, 0), 'seed', `must be a nonnegative integer, got ${seed}`),
      ...issueUnless(isCount(substeps, 1), 'substeps', `must be an integer of at least 1, got ${substeps}`),
      ...issueUnless(scenario !== undefined || scenarios === 1, 'scenario', `name one of the ${scenarios} cases`),
      ...issueUnless(isCase, 'scenario', `must be one of 0 to ${scenarios - 1}, got ${scenario}`),
      ...issueUnless(isInfinite || levelTime === undefined, 'levelTime', 'the levels are those of the problem'),
      ...issueUnless(
        !isInfinite || isPositive,
        'levelTime',
        'an infinite horizon has no levels of its own: give their distance',
      ),
      ...issueUnless(
        !isInfinite || (problem.discount ?? 0) > 0,
        'horizon',
        'an infinite horizon without a discount has no end: give a finite one, long enough for paths to end',
      ),
    ],
    'record of simulation options',
    'Correct these options.',
  );
  const times = isInfinite ? levelsOf(problem.discount!, levelTime!) : problem.times;
  return { paths, seed, substeps, antithetic, scenario: scenario ?? 0, times };
}

function levelsOf(discount: number, levelTime: number): number[] {
  const count = Math.ceil(-Math.log(LAST_DISCOUNT) / discount / levelTime);
  return Array.from({ length: count + 1 }, (_, k) => k * levelTime);
}
