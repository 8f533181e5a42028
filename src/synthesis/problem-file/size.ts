import { choicesOf, mostKeptLevels, requireWithin, sizeOf } from '../../../solvers/answer/size.js';
import type { ControlProblemFile } from '../../artifacts/control-problem/control-problem.js';
import { HjbLrError } from '../../errors.js';

/**
 * Refuses what would take too much, told from the file alone, before its nodes are.
 * @throws E_LIMIT with the estimates and the limits
 */
export function requireWithinLimits(file: ControlProblemFile): void {
  const { states, controls, time, query, keep, uncertainty, limits } = file;
  const steps = stepsOf(time);
  const size = sizeOf({
    shape: states.map(({ nodes }) => (typeof nodes === 'number' ? nodes : nodes.length)),
    controls: controls.length,
    choices: choicesOf(controls),
    scenarios: 2 ** Object.keys(uncertainty).length,
    steps,
    kept: mostKeptLevels(
      keep,
      steps,
      query.map(({ t = 0 }) => t),
    ),
    widerDomain: file.wider_domain === true,
  });
  const written = { nodeSteps: limits.node_steps, bytes: limits.bytes };
  requireWithin(written, size, { nodeSteps: 'limits.node_steps', bytes: 'limits.bytes' });
}

/** Costs of a path under fine and coarse steps, and what their means are made with. */
const BYTES_OF_PATH = 64;

/**
 * Refuses a simulation that would take too much: a step of a path counts as one of a node.
 * @throws E_LIMIT with the estimates and the limits
 */
export function requirePathsWithinLimits(
  { time, uncertainty, limits }: Pick<ControlProblemFile, 'time' | 'uncertainty' | 'limits'>,
  paths: number,
): void {
  const steps = stepsOf(time);
  const work = paths * steps * 2 ** Object.keys(uncertainty).length;
  const bytes = paths * BYTES_OF_PATH;
  const issues = [
    ...(work > limits.node_steps
      ? [{ path: 'limits.node_steps', message: `steps of all paths: ${work}, the limit is ${limits.node_steps}` }]
      : []),
    ...(bytes > limits.bytes
      ? [
          {
            path: 'limits.bytes',
            message: `memory of all paths in bytes: about ${bytes}, the limit is ${limits.bytes}`,
          },
        ]
      : []),
  ];
  if (issues.length === 0) return;
  throw new HjbLrError('E_LIMIT', `The simulation is too large: ${paths} paths of ${steps} steps.`, {
    remedy: 'Take fewer paths or steps, or raise the limits in the file.',
    issues,
    fields: { paths, steps },
  });
}

function stepsOf(time: ControlProblemFile['time']): number {
  if (time === null) return 1;
  return 'steps' in time ? time.steps : time.levels.length - 1;
}
