import { keptLevels, requireWithin, sizeOf } from '../../../solvers/answer/size.js';
import type { ControlProblemFile } from '../../artifacts/control-problem.js';

/**
 * Refuses what would take too much, told from the file alone, before its nodes are.
 * @throws E_LIMIT with the estimates and the limits
 */
export function requireWithinLimits(file: ControlProblemFile): void {
  const { states, controls, time, query, keep, uncertainty, limits } = file;
  const steps = time === null ? 1 : 'steps' in time ? time.steps : time.levels.length - 1;
  const size = sizeOf({
    shape: states.map(({ nodes }) => (typeof nodes === 'number' ? nodes : nodes.length)),
    controls: controls.length,
    scenarios: 2 ** Object.keys(uncertainty).length,
    steps,
    kept: keptLevels(
      keep,
      steps,
      query.map(({ t = 0 }) => t),
    ),
    widerDomain: file.wider_domain,
  });
  const written = { nodeSteps: limits.node_steps, bytes: limits.bytes };
  requireWithin(written, size, { nodeSteps: 'limits.node_steps', bytes: 'limits.bytes' });
}
