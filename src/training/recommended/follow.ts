import type { Policy } from '../../artifacts/policy/policy.js';
import { KEPT_PERTURBATIONS } from '../../schedules/index.js';
import { resolveMethod } from '../method.js';
import type { TaskOutline } from '../training-task.js';

/** How a run follows a policy that is a whole method: with what it brings, and over its own number of updates. */
export function wholeMethodTask(
  policy: Policy,
  path: string,
): Required<Pick<TaskOutline, 'method' | 'policy' | 'updates' | 'horizon'>> {
  const { optimizer, clip, attack, requires, whole_method: whole, time } = policy;
  const method = resolveMethod({
    schedule: { name: 'policy', path },
    optimizer,
    clip,
    ...(requires.includes(KEPT_PERTURBATIONS) ? { attack: attack! } : {}),
    ...(whole?.recovery ? { recovery: whole.recovery } : {}),
    stopping: whole?.stopping ?? null,
  });
  return { method, policy, updates: time.horizon, horizon: time.horizon };
}
