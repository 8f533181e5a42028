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

/** Deviations of the logarithms over whole runs of other problems, where the fit holds a parameter tighter than they say. */
export function studyDeviations({ priors }: Closure): number[] {
  return Object.values(priors).map(({ logDeviation, studyDeviation }) => studyDeviation ?? logDeviation);
}

/** ln of the prior density as a function of theta, up to a constant: -(1/2) sum ((theta_i - centre_i) / deviation_i)^2. */
export function logPrior(closure: Closure): (theta: LogParameters) => number {
  const [centre, deviations] = [priorCentre(closure), priorDeviations(closure)];
  return (theta) => -0.5 * theta.reduce((sum, value, i) => sum + ((value - centre[i]) / deviations[i]) ** 2, 0);
}
