import type { ControlProblemFile } from '../../artifacts/control-problem.js';
import { HjbLrError, type Issue } from '../../errors.js';

/** What a solve will take, told from the file alone. */
export interface ProblemSize {
  readonly nodes: number;
  readonly steps: number;
  readonly scenarios: number;
  /** Nodes times steps times scenarios. */
  readonly nodeSteps: number;
  readonly bytes: number;
}

const DOUBLE = 8;

/** Arrays of one number for each node that a solve works with: stencil weights, right-hand sides, two levels, checks. */
const WORKING_ARRAYS = 24;

/** Memory and work of a problem: working arrays, and value and controls at each level that is kept. */
export function sizeOf({ states, controls, time, query, keep, uncertainty }: ControlProblemFile): ProblemSize {
  const nodes = states.reduce((product, state) => product * nodeCount(state), 1);
  const steps = time === null ? 1 : 'steps' in time ? time.steps : time.levels.length - 1;
  const scenarios = 2 ** Object.keys(uncertainty).length;
  const asked = keep === 'all' ? steps + 1 : keep === 'query' ? 2 * query.length + 2 : Math.ceil(steps / keep) + 1;
  const kept = Math.min(asked, steps + 1);
  const bytes = DOUBLE * (nodes * (WORKING_ARRAYS + kept * (1 + controls.length)) + steps);
  return { nodes, steps, scenarios, nodeSteps: nodes * steps * scenarios, bytes };
}

function nodeCount({ nodes }: ControlProblemFile['states'][number]): number {
  return typeof nodes === 'number' ? nodes : nodes.length;
}

/**
 * Refuses what would take too much, before anything is allocated.
 * @throws E_LIMIT with the estimate and the limit
 */
export function requireWithinLimits(file: ControlProblemFile): void {
  const { nodes, steps, nodeSteps, bytes } = sizeOf(file);
  const { limits } = file;
  const issues: Issue[] = [];
  const refuseAbove = (path: string, amount: number, limit: number, what: string): void => {
    if (amount > limit) issues.push({ path, message: `${what}: about ${round(amount)}, the limit is ${round(limit)}` });
  };
  refuseAbove('limits.node_steps', nodeSteps, limits.node_steps, 'work in nodes times time steps');
  refuseAbove('limits.bytes', bytes, limits.bytes, 'memory in bytes');
  if (issues.length === 0) return;
  throw new HjbLrError('E_LIMIT', `The problem is too large: ${round(nodes)} nodes and ${round(steps)} steps.`, {
    remedy: 'Take fewer nodes or steps, keep fewer levels, or raise the limits in the file.',
    issues,
    fields: { nodes, steps, node_steps: nodeSteps, bytes },
  });
}

function round(amount: number): string {
  return amount < 1e6 ? String(amount) : amount.toExponential(2);
}
