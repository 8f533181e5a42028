import { HjbLrError } from '../errors.js';

/**
 * The length of a run, checked where it enters.
 * @throws E_INVALID unless it is a positive integer
 */
export function requireRunLength(updates: number): void {
  if (Number.isSafeInteger(updates) && updates > 0) return;
  throw new HjbLrError('E_INVALID', `A run has a positive whole number of updates; got ${updates}.`, {
    remedy: 'Give the length of the run in updates, for example 800.',
    issues: [{ path: 'updates', message: `expected a positive integer; got ${updates}` }],
    fields: { updates: String(updates) },
  });
}
