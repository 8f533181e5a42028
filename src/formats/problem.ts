import { HjbLrError, type Issue } from '../errors.js';

/** Places listed in one error: enough to see the pattern. */
export const LISTED = 5;

/** What is wrong with the values of a data file. At most `LISTED` issues are kept. */
export function dataError(file: string, reason: string, remedy: string, issues: readonly Issue[] = []): HjbLrError {
  return new HjbLrError('E_DATA', `${file}: ${reason}.`, { remedy, issues: issues.slice(0, LISTED), fields: { file } });
}

/** What is wrong with the number of values of a data file, or with their arrangement. */
export function shapeError(file: string, reason: string, remedy: string): HjbLrError {
  return new HjbLrError('E_SHAPE', `${file}: ${reason}.`, { remedy, fields: { file } });
}

/** Names for a message; a long list is cut and ends in its length. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 2 * LISTED).join(', ');
  return names.length <= 2 * LISTED ? shown : `${shown}, ... (${names.length} in all)`;
}
