import type { Scales, SetByHand } from './closure.js';
import type { PRIORS } from './priors.js';

/** Values of the dimensionless parameters of the built-in closures. */
export type SharedValues = Readonly<Record<keyof typeof PRIORS, number>>;

/** Natural parameters that both closures share. */
export interface SharedParameters {
  readonly floor: number;
  readonly slow_rate: number;
  readonly slow_exponent: number;
  readonly noise_gain: number;
  readonly memory_rate: number;
}

/** Why `rate_scale` is no estimate. */
export const PEAK_IS_UNIT: SetByHand = { reason: "the pilot's peak rate, at which the process deviations are stated" };

/** Share of the first loss below which no state is resolved. */
const SMALLEST_SHARE = 1e-4;

/**
 * Natural parameters from the dimensionless ones. With L0 the first loss, U the peak and D0 = L0 - floor:
 * floor = floor_share L0, slow_exponent = 1 + curvature, slow_rate = initial_decay / (U D0^curvature),
 * memory_rate = forgetting / U, noise_gain = 2 noise_share forgetting / U^2.
 */
export function naturalParameters(values: SharedValues, { firstLoss, peak }: Scales): SharedParameters {
  const { curvature, forgetting } = values;
  const floor = Math.min(values.floor_share, 1 - SMALLEST_SHARE) * firstLoss;
  return {
    floor,
    slow_rate: values.initial_decay / (peak * (firstLoss - floor) ** curvature),
    slow_exponent: 1 + curvature,
    noise_gain: (2 * values.noise_share * forgetting) / peak ** 2,
    memory_rate: forgetting / peak,
  };
}

/**
 * Domain of the slow part over a run of T updates: from a fifth of where the largest rate takes it, with no noise, to
 * a little above its start. D(T) = D0 (1 + (p - 1) a U T D0^(p-1))^(-1/(p-1)) solves dD = -U a D^p dt.
 */
export function slowDomain(
  shared: Pick<SharedParameters, 'floor' | 'slow_rate' | 'slow_exponent'>,
  scales: Scales,
): [number, number] {
  const start = scales.firstLoss - shared.floor;
  const q = shared.slow_exponent - 1;
  const end = start * (1 + q * shared.slow_rate * scales.peak * scales.horizon * start ** q) ** (-1 / q);
  return [end / 5, 1.3 * start];
}

/** a D^p: how fast the slow part D falls per update and unit of rate. */
export function slowFall(parameters: Readonly<Record<string, number>>, at: number): number {
  return parameters['slow_rate'] * at ** parameters['slow_exponent'];
}
