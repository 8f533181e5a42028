import { observedColumn } from '../artifacts/training-log/training-log.js';
import type { MetricName, Schedule } from '../schedules/index.js';
import { decideAgain, type DecidedAgain } from '../synthesis/decision/decide-again.js';
import { drawsFromHere, type Believed } from './believed.js';

/** What a receding schedule remembers: JSON, so that a run that was killed goes on bit for bit. */
export type RecedingState = {
  /** Rates of the updates done. */
  readonly rates: readonly number[];
  /** Losses seen before them, one less than the rates between two decisions. */
  readonly losses: readonly number[];
  /** Rates of the updates that are left. */
  readonly plan: readonly number[];
};

export interface RecedingOptions extends Believed {
  /** Rates of the whole run, as they are planned before it. */
  readonly plan: readonly number[];
  /** Updates before which it decides again, ascending. */
  readonly moments: readonly number[];
  /** What the header of the log says of where the plan and the models come from. */
  readonly origin: { readonly policy_id: string; readonly pilot: readonly string[] };
}

/**
 * A plan that is decided again along the run: before each of the moments the run's own losses join the fit of the models, the
 * problem that is left is solved from where the run stands, and another schedule is followed only where it beats the plan in 90 %
 * of draws (`decideAgain`). `decide` is a function of the state alone, so that nothing else needs to be kept.
 */
export function recedingSchedule(options: RecedingOptions): Schedule<RecedingState> {
  const { coefficients, plan, moments, origin } = options;
  const { objective, attack } = coefficients;
  const metric = observedColumn(objective, attack !== null) as MetricName;
  return {
    name: 'receding',
    controls: ['learning_rate'],
    observes: { metric, cadence_updates: 1 },
    describe: () => ({ name: 'receding', moments: [...moments], ...origin, pilot: [...origin.pilot] }),
    largest: (control) => (control === 'learning_rate' ? coefficients.rates.max : undefined),
    init: () => ({ rates: [], losses: [], plan }),
    decide(state, { metrics }) {
      const update = state.rates.length;
      const losses = update === 0 ? [] : [...state.losses, metrics[metric]?.value ?? NaN];
      const again = moments.includes(update) ? planAgain(options, { ...state, losses }) : null;
      const [rate, ...left] = again?.rates ?? state.plan;
      return {
        state: { rates: [...state.rates, rate], losses, plan: left },
        controls: { learning_rate: rate },
        reason: again === null ? 'plan' : `receding:${again.followed}`,
      };
    },
  };
}

/** null where nothing can be decided: a loss is missing or not positive, or no model is believed. */
export function planAgain(believed: Believed, { rates, losses, plan }: RecedingState): DecidedAgain | null {
  if (losses.some((loss) => !(loss > 0 && Number.isFinite(loss)))) return null;
  const found = drawsFromHere(believed, { rates, losses });
  if (found === null || found.draws.length === 0) return null;
  return decideAgain(believed.coefficients, { update: rates.length, inForce: plan, ...found });
}
