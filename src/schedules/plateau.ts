import { requireRunLength } from './contract.js';
import type { Observation, Schedule } from './schedule.js';
import type { PlateauSpec } from './spec.js';

/** What torch's scheduler remembers, and the losses of the updates since its last step. */
type State = {
  readonly updates: number;
  readonly rate: number;
  /** null: one of them is not finite. */
  readonly sum: number | null;
  readonly seen: number;
  /** null: no mean so far. */
  readonly best: number | null;
  readonly bad: number;
  readonly cooldown: number;
};

/**
 * ReduceLROnPlateau as torch.optim.lr_scheduler has it (mode `min`), stepped after every `every` updates with the mean loss of
 * those updates, m. Better means m < best (1 - threshold), or m < best - threshold with `abs`; a loss that is not a number
 * never is. Worse ones are counted, those during a cooldown not; where the count exceeds the patience,
 *
 *     rate <- max(factor rate, min_rate)   unless that lowers it by epsilon or less,
 *
 * the count starts again and the cooldown of so many steps begins. The loss is the one that `metric` names, at the cost of
 * looking at it.
 *
 * @param updates - T, a positive integer; the schedule itself does not depend on it
 * @throws E_INVALID if T is no positive integer
 */
export function plateauSchedule(spec: PlateauSpec, updates: number): Schedule<State> {
  requireRunLength(updates);
  return {
    name: 'plateau',
    controls: ['learning_rate'],
    observes: { metric: spec.metric, cadence_updates: 1 },
    describe: () => spec,
    init: () => ({ updates: 0, rate: spec.rate, sum: 0, seen: 0, best: null, bad: 0, cooldown: 0 }),
    decide(state, observation) {
      const seen = withLoss(state, observation, spec);
      const isDue = seen.updates > 0 && seen.updates % spec.every === 0 && seen.seen > 0;
      const next = isDue ? { ...stepped(seen, spec), sum: 0, seen: 0 } : seen;
      const reason = next.rate < state.rate ? 'plateau' : 'schedule';
      return { state: { ...next, updates: state.updates + 1 }, controls: { learning_rate: next.rate }, reason };
    },
  };
}

/** Takes in the loss of the update before, which is NaN where nobody measured it. */
function withLoss(state: State, { metrics }: Observation, { metric }: PlateauSpec): State {
  const found = metrics[metric];
  if (found === undefined || found.update !== state.updates - 1) return state;
  const sum = state.sum === null || !Number.isFinite(found.value) ? null : state.sum + found.value;
  return { ...state, sum, seen: state.seen + 1 };
}

/** One step of torch's scheduler. */
function stepped(state: State, spec: PlateauSpec): State {
  const mean = state.sum === null ? NaN : state.sum / state.seen;
  const isBetter = mean < (state.best === null ? Infinity : bound(state.best, spec));
  const cooldown = Math.max(0, state.cooldown - 1);
  const bad = isBetter || state.cooldown > 0 ? 0 : state.bad + 1;
  const counted = { ...state, best: isBetter ? mean : state.best, cooldown, bad };
  if (bad <= spec.patience) return counted;
  const lower = Math.max(spec.factor * state.rate, spec.min_rate);
  const rate = state.rate - lower > spec.epsilon ? lower : state.rate;
  return { ...counted, rate, bad: 0, cooldown: spec.cooldown };
}

/** What a mean must be below to be better. */
function bound(best: number, { threshold, threshold_mode: mode }: PlateauSpec): number {
  return mode === 'rel' ? best * (1 - threshold) : best - threshold;
}
