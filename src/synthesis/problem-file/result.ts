import type { Answer } from '../../../solvers/answer/answer.js';
import type { ProblemResult } from '../../artifacts/solution/problem-solution.js';
import type { ForwardDensity, Simulation } from './solvers.js';

type ByControl = Readonly<Record<string, number>> | null;

/** The answer as files and `--json` hold it: null for every number that is not finite or not known. */
export function resultOf(answer: Answer): ProblemResult {
  const { errorEstimates, monotone, policyIterations } = answer;
  return {
    status: answer.status,
    remedy: answer.remedy,
    values: answer.values.map(orNull),
    controls: answer.controls.map(namedOrNull),
    inside: [...answer.inside],
    error_estimates: { values: errorEstimates.values.map(orNull), controls: errorEstimates.controls.map(namedOrNull) },
    observed_order: orNull(answer.observedOrder),
    monotone: { space: monotone.space, time: monotone.time, first_offender: monotone.firstOffender },
    monotone_values: answer.monotoneValues.map(orNull),
    truncation: answer.truncation === null ? null : answer.truncation.map(orNull),
    warnings: [...answer.warnings],
    policy_iterations: { mean: policyIterations.mean, max: policyIterations.max },
    residual: orNull(answer.residual),
    fallback: answer.fallback,
    kernel: answer.kernel,
    seconds: answer.seconds,
  };
}

export function densityResult(
  { status, times, mass, absorbed, mean, standardDeviation, errors }: ForwardDensity,
  states: readonly string[],
): NonNullable<ProblemResult['density']> {
  const byState = (numbers: readonly (number | null)[]): Record<string, number | null> =>
    Object.fromEntries(states.map((name, i) => [name, orNull(numbers[i])]));
  return {
    status,
    time: times.at(-1) ?? 0,
    mass: orNull(mass),
    absorbed: orNull(absorbed),
    mean: byState(mean),
    standard_deviation: byState(standardDeviation),
    error_estimates: {
      mass: orNull(errors.mass),
      absorbed: orNull(errors.absorbed),
      mean: byState(errors.mean),
      standard_deviation: byState(errors.standardDeviation),
    },
  };
}

/** Share of paths that leave the domain beyond which a simulation confirms nothing: they end with the value that it should confirm. */
const MOST_LEFT = 1e-3;

/** @param uncertainty - of the problem: scenario s has the upper end of the k-th box where bit k of s is set */
export function simulationResult(
  { cost, standardError, stepBias, value, scenario, left, mean, standardDeviation, warnings }: Simulation,
  { paths, seed, states }: { paths: number; seed: number; states: readonly string[] },
  uncertainty: Readonly<Record<string, readonly [number, number]>>,
): NonNullable<ProblemResult['simulation']> {
  const vertex = Object.entries(uncertainty).map(([name, ends], k) => [name, ends[(scenario! >> k) & 1]]);
  return {
    paths,
    seed,
    ...(scenario === null ? {} : { worst_case: Object.fromEntries(vertex) as Record<string, number> }),
    left,
    mean: Object.fromEntries(states.map((name, i) => [name, orNull(mean[i])])),
    standard_deviation: Object.fromEntries(states.map((name, i) => [name, orNull(standardDeviation[i])])),
    cost: orNull(cost),
    standard_error: orNull(standardError),
    step_bias: orNull(stepBias),
    value: orNull(value),
    deviation: left > MOST_LEFT ? null : orNull((cost - value) / standardError),
    warnings: [...warnings],
  };
}

function orNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function namedOrNull(values: ByControl): Record<string, number | null> | null {
  return values === null ? null : Object.fromEntries(Object.entries(values).map(([name, u]) => [name, orNull(u)]));
}
