import { controlsOfSetting, type ControlName, type Controls, type RunSetting } from '../controls/index.js';
import type { Json, Schedule } from './schedule.js';

/** The states of the schedule of an experiment and of the method that is laid over it. */
type State = { readonly update: number; readonly method: Json };

/** A schedule of every control of a run. */
export interface ScheduleOfRun extends Schedule<State> {
  /** Controls whose values may change along the run, but for the learning rate: the log has a column for each. */
  readonly varying: readonly string[];
}

/**
 * A method's schedule over what the experiment itself says: whatever the method does not decide (attack, batch size,
 * average) comes from the experiment, whose own schedules along the run are read here.
 *
 * @example
 * const schedule = scheduleOfRun(await createSchedule({ name: 'constant', rate: 0.1 }, options), setting);
 * schedule.decide(schedule.init(), { metrics: {} }).controls; // { attack_steps: 5, ..., batch_size: 64, learning_rate: 0.1 }
 */
export function scheduleOfRun(method: Schedule, setting: RunSetting): ScheduleOfRun {
  const ofExperiment = [...controlsOfSetting(setting)].filter(
    ([name]) => !method.controls.includes(name as ControlName),
  );
  const bounds = new Map(ofExperiment.map(([name, { largest }]) => [name, largest]));
  const valuesAt = (k: number): Controls => Object.fromEntries(ofExperiment.map(([name, { at }]) => [name, at(k)]));
  return {
    name: method.name,
    observes: method.observes,
    describe: method.describe,
    controls: [...ofExperiment.map(([name]) => name as ControlName), ...method.controls],
    varying: [
      ...ofExperiment.filter(([, { varies }]) => varies).map(([name]) => name),
      ...method.controls.filter((name) => name !== 'learning_rate'),
    ],
    largest: (name) => bounds.get(name) ?? method.largest?.(name),
    init: () => ({ update: 0, method: method.init() }),
    decide({ update, method: memory }, observation) {
      const { state, controls, reason } = method.decide(memory, observation);
      return { state: { update: update + 1, method: state }, controls: { ...valuesAt(update), ...controls }, reason };
    },
  };
}
