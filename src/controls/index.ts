import { attackEps } from './attack-eps.js';
import { attackStepSize } from './attack-step-size.js';
import { attackSteps } from './attack-steps.js';
import { averagingWeight } from './averaging-weight.js';
import { batchSize } from './batch-size.js';
import type { Control, ControlSchedule, RunSetting, UpdateSettings } from './control.js';
import { learningRate } from './learning-rate.js';

export { batchSizes } from './batch-size.js';
export type { Control, ControlSchedule, RunSetting, UpdateSettings } from './control.js';

/** Every control by the name that schedules, policy files and logs give it. */
const CONTROLS = {
  learning_rate: learningRate,
  attack_steps: attackSteps,
  attack_step_size: attackStepSize,
  attack_eps: attackEps,
  batch_size: batchSize,
  averaging_weight: averagingWeight,
} satisfies Record<string, Control>;

/** A control of the table above; one that was registered has a name of its own. */
export type ControlName = keyof typeof CONTROLS;

/** Values of controls by name: all of those that something decides. */
export type Controls = Readonly<Partial<Record<ControlName, number>>> & Readonly<Record<string, number>>;

const controls = new Map<string, Control>(Object.entries(CONTROLS));

/** The control of that name, or undefined. */
export function controlNamed(name: string): Control | undefined {
  return controls.get(name);
}

/** Names of all controls, the learning rate first. */
export function controlNames(): string[] {
  return [...controls.keys()];
}

/**
 * Adds a control in this process; policy files may then name it.
 *
 * @example
 * registerControl('attack_restarts', attackRestarts);
 */
export function registerControl(name: string, control: Control): void {
  controls.set(name, control);
}

/** What an experiment itself makes of every control that it says something of. */
export function controlsOfSetting(setting: RunSetting): ReadonlyMap<string, ControlSchedule> {
  const schedules = [...controls].map(([name, control]) => [name, control.ofSetting(setting)] as const);
  return new Map(schedules.filter((entry): entry is readonly [string, ControlSchedule] => entry[1] !== null));
}

/** The settings of an update under these values, from what an experiment gives. */
export function settingsUnder(base: UpdateSettings, values: Controls): UpdateSettings {
  return Object.entries(values).reduce((settings, [name, value]) => {
    const control = controls.get(name);
    return control === undefined ? settings : control.apply(settings, value);
  }, base);
}
