import { HjbLrError, type Issue } from '../src/errors.js';

/** Throws E_INVALID with every issue at once; nothing where there is none. */
export function refuseWhere(issues: readonly Issue[], what: string, remedy: string): void {
  if (issues.length === 0) return;
  const count = issues.length === 1 ? 'one fault' : `${issues.length} faults`;
  throw new HjbLrError('E_INVALID', `The ${what} has ${count}.`, { remedy, issues });
}

/** An issue at `path` unless the test holds, as a list to be spread. */
export function issueUnless(holds: boolean, path: string, message: string): Issue[] {
  return holds ? [] : [{ path, message }];
}
