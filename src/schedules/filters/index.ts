import type { FilterSpec } from '../../artifacts/coefficients/filter.js';
import type { StateFilter } from './filter.js';
import { lossAloneFilter } from './loss-alone.js';
import { slowNoiseFilter } from './slow-noise-memory.js';

export type { FilterState, FilterUpdate, StateFilter } from './filter.js';

/**
 * The state filter that a coefficients or policy file describes.
 *
 * @example
 * const filter = createFilter(policy.filter);
 * let state = filter.update(filter.init(), 2.3).state; // the first minibatch loss
 * state = filter.predict(state, 0.1); // the rate of that update
 */
export function createFilter(spec: FilterSpec): StateFilter {
  return spec.kind === 'loss_alone' ? lossAloneFilter(spec) : slowNoiseFilter(spec);
}
