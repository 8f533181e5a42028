import { closureNamed, type StateFilter } from '../../closures/index.js';
import type { FilterSpec } from '../../closures/schemas.js';

export { isCovariance } from '../../closures/covariance.js';
export type { FilterState, FilterUpdate, StateFilter } from '../../closures/index.js';

/**
 * The state filter that a coefficients or policy file describes.
 *
 * @example
 * const filter = createFilter(policy.filter);
 * let state = filter.update(filter.init(), 2.3).state; // the first minibatch loss
 * state = filter.predict(state, 0.1); // the rate of that update
 */
export function createFilter(spec: FilterSpec): StateFilter {
  return closureNamed(spec.kind).recursion(spec);
}
