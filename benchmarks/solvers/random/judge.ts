import { solve } from '../../../solvers/index.js';
import { randomStream } from '../../../src/math/random.js';
import { FAMILIES, type Draws } from './families.js';

/** What became of one problem. */
export interface Verdict {
  readonly family: string;
  readonly seed: number;
  readonly status: string;
  readonly value: number;
  readonly error: number;
  readonly estimate: number;
  readonly controlError: number | null;
  readonly controlEstimate: number | null;
  /** Value and control within three estimates, or a status that says why not. */
  readonly isCovered: boolean;
  /** The value lies where the data allow it, or a status says why not. */
  readonly isInRange: boolean;
  readonly seconds: number;
}

/** Errors that count as none, relative. */
const ROUNDING = 1e-8;

/** Solves problem `seed` of a family, of `scale` times its nodes and steps. */
export function judged(family: string, seed: number, scale: number): Verdict {
  const stream = randomStream(seed, `random-problems/${family}`);
  const draws: Draws = {
    between: (low, high) => low + (high - low) * stream.uniform(),
    spread: (low, high) => low * (high / low) ** stream.uniform(),
  };
  const { problem, query, value: exact, control, range } = FAMILIES[family](draws, scale);
  const answer = solve(problem, { query: [query] });
  const value = answer.values[0] ?? NaN;
  const estimate = answer.errorEstimates.values[0] ?? NaN;
  const u = answer.controls[0]?.u ?? null;
  const error = Math.abs(value - exact);
  const controlError = control === null || u === null ? null : Math.abs(u - control);
  const controlEstimate = answer.errorEstimates.controls[0]?.u ?? null;
  const isRefused = answer.status !== 'converged';
  const holds = error <= 3 * estimate + ROUNDING * Math.abs(exact);
  const controlHolds =
    controlError === null || controlError <= 3 * (controlEstimate ?? 0) + ROUNDING * (1 + Math.abs(control!));
  const slack = ROUNDING * Math.max(1, Math.abs(exact));
  return {
    ...{ family, seed, status: answer.status, value, error, estimate, controlError, controlEstimate },
    isCovered: isRefused || (holds && controlHolds),
    isInRange: isRefused || (value >= range[0] - slack && value <= range[1] + slack),
    seconds: answer.seconds,
  };
}

/** Of a family: how many are covered, and how the median estimate stands to the median error. */
export interface FamilySummary {
  readonly family: string;
  readonly problems: number;
  readonly covered: number;
  readonly inRange: number;
  readonly refused: number;
  readonly medianError: number;
  readonly medianEstimate: number;
  readonly seconds: number;
}

export function summaryOf(family: string, verdicts: readonly Verdict[]): FamilySummary {
  const own = verdicts.filter((verdict) => verdict.family === family);
  const answered = own.filter(({ status }) => status === 'converged');
  return {
    family,
    problems: own.length,
    covered: own.filter(({ isCovered }) => isCovered).length,
    inRange: own.filter(({ isInRange }) => isInRange).length,
    refused: own.length - answered.length,
    medianError: median(answered.map(({ error }) => error)),
    medianEstimate: median(answered.map(({ estimate }) => estimate)),
    seconds: own.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.floor(sorted.length / 2)];
}
