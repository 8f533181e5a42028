import type { Decision, Json, Schedule } from '../../src/schedules/index.js';

/** Decisions of a schedule that is shown these losses of the update before, one before every update. */
export function follow<State extends Json>(
  schedule: Schedule<State>,
  losses: readonly (number | null)[],
  from: { readonly state: State; readonly update: number } = { state: schedule.init(), update: 0 },
): { decisions: (Decision & { rate: number })[]; state: State; update: number } {
  const metric = schedule.observes?.metric ?? 'train_robust_loss';
  let { state, update } = from;
  const decisions = losses.map((value) => {
    const metrics = value === null || update === 0 ? {} : { [metric]: { value, update: update - 1 } };
    const { state: next, controls, reason } = schedule.decide(state, { metrics });
    state = next;
    update += 1;
    return { controls, reason, rate: controls.learning_rate! };
  });
  return { decisions, state, update };
}
