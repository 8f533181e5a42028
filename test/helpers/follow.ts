import type { Json, RateDecision, Schedule } from '../../src/schedules/schedule.js';

/** Decisions of a schedule that sees these losses, one per update. */
export function follow<State extends Json>(
  schedule: Schedule<State>,
  losses: readonly (number | null)[],
  state: State = schedule.init(),
): { decisions: RateDecision[]; state: State } {
  let current = state;
  const decisions = losses.map((loss) => {
    current = schedule.observe(current, { loss });
    return schedule.rate(current);
  });
  return { decisions, state: current };
}
