import { HjbLrError, type Issue } from '../../src/errors.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { kernelIssues } from '../hjb/options.js';
import type { SolveOptions } from './answer.js';

export const DEFAULT_OPTIONS: SolveOptions = {
  scheme: 'accurate',
  tolerance: 1e-9,
  maximumPolicyIterations: 100,
  keep: 'query',
  query: [],
  widerDomain: false,
  kernel: 'typescript',
  threads: 1,
  limits: { nodeSteps: 5e8, bytes: 4e9 },
};

/** Bytes of work per node, for each state and control, of one solve: measured, rounded up. */
const BYTES_PER_NODE = 1200;

/**
 * The complete record of options.
 * @throws E_INVALID with every issue; E_LIMIT where the problem would exceed the limits, before anything is allocated
 */
export function resolveSolveOptions(problem: ControlProblem, options: Partial<SolveOptions>): SolveOptions {
  const resolved = Object.freeze({ ...DEFAULT_OPTIONS, ...options });
  const issues: Issue[] = resolved.query.flatMap(({ t, x }, i) =>
    Number.isFinite(t) && x.length === problem.states.length && x.every(Number.isFinite)
      ? []
      : [{ path: `query.${i}`, message: `needs a finite t and ${problem.states.length} finite states` }],
  );
  issues.push(...kernelIssues(resolved.kernel, resolved.threads));
  if (issues.length > 0) {
    throw new HjbLrError('E_INVALID', 'The options are not valid.', { remedy: 'Correct these options.', issues });
  }
  requireWithinLimits(problem, resolved);
  return resolved;
}

function requireWithinLimits(problem: ControlProblem, { limits, keep }: SolveOptions): void {
  const nodes = problem.states.reduce((product, { grid }) => product * grid.length, 1);
  const steps = Math.max(1, problem.times.length - 1);
  const kept = keep === 'all' ? steps + 1 : keep === 'query' ? 4 : Math.ceil(steps / keep) + 2;
  const needs = {
    nodeSteps: nodes * steps,
    bytes: nodes * (BYTES_PER_NODE * problem.states.length + 8 * kept * (1 + problem.controls.length)),
  };
  const issues = (['nodeSteps', 'bytes'] as const)
    .filter((name) => needs[name] > limits[name])
    .map((name) => ({
      path: `limits.${name}`,
      message: `${nodes} nodes and ${steps} steps need about ${needs[name].toPrecision(3)}, the limit is ${limits[name]}`,
    }));
  if (issues.length === 0) return;
  throw new HjbLrError('E_LIMIT', `The control problem "${problem.name}" is too large.`, {
    remedy: 'Take fewer nodes or steps, keep fewer levels, or raise the limit.',
    issues,
    fields: { nodes, steps, ...needs },
  });
}
