import { quantileSorted, standardDeviation } from 'simple-statistics';
import type { Parameter } from '../artifacts/coefficients/coefficients.js';
import type { Closure, Prior, Scales, SetByHand } from '../closures/index.js';
import { parameterNames, valuesOf, type LogParameters } from './priors.js';

/** Half-width of a central 90 % interval of a normal, in standard deviations. */
const NINETY_PERCENT = 1.645;

/** Natural parameters of a closure at theta, by name. */
export function naturalValues(closure: Closure, theta: LogParameters, scales: Scales): Record<string, number> {
  return { ...closure.filter(valuesOf(closure, theta), scales).parameters };
}

/**
 * Every natural parameter with its uncertainty: standard error and 90 % interval of the cluster bootstrap where the runs
 * identify it, of the stated prior where they do not.
 */
export function describeParameters(
  closure: Closure,
  scales: Scales,
  mode: LogParameters,
  samples: readonly LogParameters[],
  identified: ReadonlySet<string>,
): Record<string, Parameter> {
  const estimates = naturalValues(closure, mode, scales);
  const resampled = samples.map((theta) => naturalValues(closure, theta, scales));
  return Object.fromEntries(
    Object.entries(estimates).map(([name, estimate]) => {
      const origin = closure.origin[name];
      if (typeof origin !== 'string') return [name, setByHand(estimate, origin)];
      const draws = resampled.map((values) => values[name]);
      return [
        name,
        identified.has(origin)
          ? fromData(estimate, draws, closure.priors[origin])
          : fromPrior(closure, scales, mode, name, origin),
      ];
    }),
  );
}

function setByHand(estimate: number, { reason }: SetByHand): Parameter {
  return { estimate, standard_error: null, interval: null, source: 'set', prior: null, reason };
}

function fromData(estimate: number, draws: readonly number[], prior: Prior): Parameter {
  const sorted = [...draws].sort((a, b) => a - b);
  const enough = sorted.length >= 2;
  return {
    estimate,
    standard_error: enough ? standardDeviation(sorted) : null,
    interval: enough ? [quantileSorted(sorted, 0.05), quantileSorted(sorted, 0.95)] : null,
    source: 'data',
    prior: statedPrior(prior),
  };
}

/** The parameter moved along its own prior, all others at the mode: the runs left that prior as it was. */
function fromPrior(closure: Closure, scales: Scales, mode: LogParameters, name: string, origin: string): Parameter {
  const index = parameterNames(closure).indexOf(origin);
  const { logDeviation } = closure.priors[origin];
  const at = (deviations: number): number =>
    naturalValues(
      closure,
      mode.map((x, i) => (i === index ? x + deviations * logDeviation : x)),
      scales,
    )[name];
  const ends = [at(-NINETY_PERCENT), at(NINETY_PERCENT)].sort((a, b) => a - b);
  return {
    estimate: at(0),
    standard_error: Math.abs(at(1) - at(-1)) / 2,
    interval: [ends[0], ends[1]],
    source: 'prior',
    prior: statedPrior(closure.priors[origin]),
  };
}

function statedPrior({ median, logDeviation, reason }: Prior): Parameter['prior'] {
  return { median, log_deviation: logDeviation, reason };
}
