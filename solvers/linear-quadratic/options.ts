import { issueUnless, refuseWhere } from '../input-issues.js';

export interface LinearQuadraticOptions {
  /** Local error of a step relative to the entries of P, in (0, 1); 1e-11 where left out. */
  readonly tolerance?: number;
  /** Steps of the Riccati equation before giving up; 20000 where left out. */
  readonly maximumSteps?: number;
}

export type ResolvedOptions = Required<LinearQuadraticOptions>;

export function resolveOptions({ tolerance = 1e-11, maximumSteps = 20000 }: LinearQuadraticOptions): ResolvedOptions {
  const issues = [
    ...issueUnless(tolerance > 0 && tolerance < 1, 'tolerance', 'must lie between 0 and 1'),
    ...issueUnless(Number.isInteger(maximumSteps) && maximumSteps > 0, 'maximumSteps', 'must be an integer > 0'),
  ];
  refuseWhere(issues, 'options of the linear-quadratic solver', 'Leave an option out for its default.');
  return { tolerance, maximumSteps };
}
