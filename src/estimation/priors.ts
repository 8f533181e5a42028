import type { Closure } from '../closures/index.js';

/** Logarithms of a closure's dimensionless parameters, in the order of its priors. */
export type LogParameters = readonly number[];

/** Names of its dimensionless parameters, in that order. */
export function parameterNames({ priors }: Closure): string[] {
  return Object.keys(priors);
}

/** The parameters themselves, by name. */
export function valuesOf(closure: Closure, theta: LogParameters): Record<string, number> {
  return Object.fromEntries(parameterNames(closure).map((name, i) => [name, Math.exp(theta[i])]));
}

/** Where the search starts: the medians' logarithms. */
export function priorCentre({ priors }: Closure): number[] {
  return Object.values(priors).map(({ median }) => Math.log(median));
}

export function priorDeviations({ priors }: Closure): number[] {
  return Object.values(priors).map(({ logDeviation }) => logDeviation);
}

/** A normal law of the logarithms of the parameters, independent. */
export interface NormalPrior {
  readonly centre: readonly number[];
  readonly deviations: readonly number[];
}

/** What the fit's mode is searched under. */
export function fitPrior(closure: Closure): NormalPrior {
  return { centre: priorCentre(closure), deviations: priorDeviations(closure) };
}

/** What whole runs of other problems show: the fit holds some parameters elsewhere or tighter than they say. */
export function studyPrior({ priors }: Closure): NormalPrior {
  const studied = Object.values(priors).map(({ study, median, logDeviation }) => study ?? { median, logDeviation });
  return {
    centre: studied.map(({ median }) => Math.log(median)),
    deviations: studied.map(({ logDeviation }) => logDeviation),
  };
}

/** ln of the prior density as a function of theta, up to a constant: -(1/2) sum ((theta_i - centre_i) / deviation_i)^2. */
export function logPrior({ centre, deviations }: NormalPrior): (theta: LogParameters) => number {
  return (theta) => -0.5 * theta.reduce((sum, value, i) => sum + ((value - centre[i]) / deviations[i]) ** 2, 0);
}
