import type { ClosureFit } from '../artifacts/coefficients/coefficients.js';
import type { FilterSpec } from '../artifacts/coefficients/filter.js';
import type { LogParameters, ParameterName } from './priors.js';

/** Units of the dimensionless parameters. */
export interface Scales {
  /** L0: mean first loss of the pilot runs. */
  readonly firstLoss: number;
  /** U: largest usable learning rate. */
  readonly peak: number;
  /** T: updates of the full run. */
  readonly horizon: number;
}

/** Why a parameter has a value that no run is asked about. */
export interface SetByHand {
  readonly reason: string;
}

/**
 * A closure: which reduced state stands for the network, its drift and diffusion, and how the loss shows it. It is told
 * apart from its fit: theta are the logarithms of the dimensionless parameters of `PRIORS`.
 */
export interface Closure {
  readonly name: ClosureFit['name'];
  /** What it assumes, in one sentence. */
  readonly assumes: string;
  /** The state filter whose innovations give the likelihood; its parameters are the natural ones. */
  filter(theta: LogParameters, scales: Scales): FilterSpec;
  /** Which dimensionless parameter carries the uncertainty of each natural one, or why it is set and not fitted. */
  readonly origin: Readonly<Record<string, ParameterName | SetByHand>>;
  /** The controlled SDE as expressions in the states, `u` and the natural parameters; time counts updates. */
  readonly equations: Pick<ClosureFit, 'drift' | 'covariance' | 'drift_breaks' | 'loss'>;
  /** State axes with the domain that the solver needs, for the fitted natural parameters. */
  states(parameters: Readonly<Record<string, number>>, scales: Scales): ClosureFit['states'];
}
