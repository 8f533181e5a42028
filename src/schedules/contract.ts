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

/** The error of asking for a rate before the first observation: there is no update yet whose rate it could be. */
export function notObserved(name: string): HjbLrError {
  return new HjbLrError('E_INVALID', `The schedule "${name}" was asked for a rate before its first observation.`, {
    remedy: 'Call observe once before every update, with { loss: null } where nothing was measured.',
    fields: { name },
  });
}
