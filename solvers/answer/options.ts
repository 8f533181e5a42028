import { evenSpacing } from '../grid/lattice.js';
import { choiceCount, exactControls } from '../discretization/exact-controls.js';
import { isSearched, readsAgain } from '../discretization/node-model.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { combinations, correlatedWith } from '../problem/probe.js';
import { keepIssues, kernelIssues } from '../march/options.js';
import { issueUnless, refuseWhere } from '../input-issues.js';
import type { SolveOptions } from './answer.js';
import { choicesOf, mostKeptLevels, requireWithin, sizeOf } from './size.js';

export const DEFAULT_OPTIONS: SolveOptions = {
  scheme: 'accurate',
  tolerance: 1e-9,
  maximumPolicyIterations: 200,
  keep: 'query',
  query: [],
  widerDomain: 'auto',
  kernel: 'typescript',
  threads: 1,
  limits: { nodeSteps: 1e9, bytes: 2e9 },
};

/**
 * The complete record of options.
 * @throws E_INVALID with every issue; E_LIMIT where the problem would exceed the limits, before anything is allocated
 */
export function resolveSolveOptions(problem: ControlProblem, options: Partial<SolveOptions>): SolveOptions {
  const resolved = Object.freeze({ ...DEFAULT_OPTIONS, ...options });
  const n = problem.states.length;
  const queryIssues = resolved.query.flatMap(({ t, x }, i) => {
    const isPoint = Number.isFinite(t) && x.length === n && x.every(Number.isFinite);
    return issueUnless(isPoint, `query.${i}`, `needs a finite t and ${n} finite states`);
  });
  const { keep, kernel, threads } = resolved;
  const issues = [
    ...queryIssues,
    ...(keep === 'query' ? [] : keepIssues(keep, problem.times)),
    ...kernelIssues(kernel, threads),
  ];
  refuseWhere(issues, 'record of options', 'Correct these options.');
  requireWithinLimits(problem, resolved);
  return resolved;
}

function requireWithinLimits(problem: ControlProblem, options: SolveOptions): void {
  const { states, controls, scenarios = 1, times } = problem;
  const { limits, keep, query, widerDomain } = options;
  const steps = Math.max(1, times.length - 1);
  const kept = mostKeptLevels(
    keep,
    steps,
    query.map(({ t }) => t),
  );
  const shape = states.map(({ grid }) => grid.length);
  const size = sizeOf({
    shape,
    controls: controls.length,
    choices: choicesOf(controls),
    searched: isSearched(problem) ? controls.filter((axis) => !('values' in axis)).length : 0,
    enumerated: isSearched(problem) ? 1 : choiceCount(exactControls(controls)),
    scenarios,
    steps,
    kept,
    widerDomain: widerDomain === true,
    spreads: keepsSpreads(problem),
  });
  requireWithin(limits, size, { nodeSteps: 'limits.nodeSteps', bytes: 'limits.bytes' });
}

/** Whether every node keeps how its covariance is spread: correlated noise on uneven axes or under searched controls, read more than once. */
function keepsSpreads(problem: ControlProblem): boolean {
  const { states } = problem;
  const isUneven = states.some(({ grid, coordinate }) => evenSpacing(grid, coordinate) === null);
  if (states.length === 1 || !(isUneven || isSearched(problem)) || !readsAgain(problem)) return false;
  const inside = states.map(({ grid }) => [1, 2, 3].map((quarter) => grid[(quarter * (grid.length - 1)) >> 2]));
  return states.some((_, i) => correlatedWith(problem, i, combinations(inside)).size > 0);
}
