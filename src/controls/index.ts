import type { AttackSpec } from '../artifacts/experiment/attacks.js';
import { STEP_COLUMNS } from '../artifacts/training-log/step.js';
import type { Issue } from '../errors.js';
import { createFamily } from '../family.js';
import type { Control, ControlSchedule, RunSetting, UpdateSettings } from './control.js';
import * as members from './members.js';

export { batchSizes } from './batch-size.js';
export type { Control, ControlSchedule, RunSetting, UpdateSettings } from './control.js';

/** The built-in controls by the names that schedules, policy files and logs use. */
const CONTROLS = members satisfies Readonly<Record<string, Control>>;

const FAMILY = createFamily<Control>('control', CONTROLS, columnTaken);

/** A built-in control; one that was registered has a name of its own. */
export type ControlName = keyof typeof CONTROLS;

/** Values of controls by name: of all those that something decides. */
export type Controls = Readonly<Partial<Record<ControlName, number>>> & Readonly<Record<string, number>>;

/**
 * Adds a control, which policy files may then name as the built-in ones.
 * @throws E_INVALID for a name that is taken, and where it comes after the first run or policy
 */
export const registerControl = FAMILY.register;

/** The control of that name, or undefined. */
export function controlNamed(name: string): Control | undefined {
  const all = FAMILY.members();
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** Names of all controls. */
export function controlNames(): string[] {
  return Object.keys(FAMILY.members());
}

/** The log has a column of the control's name. */
function columnTaken({ name }: Control): Issue[] {
  return STEP_COLUMNS.includes(name) ? [{ path: 'name', message: 'is a column of training logs' }] : [];
}

/** What an experiment itself makes of every control that it says something of. */
export function controlsOfSetting(setting: RunSetting): ReadonlyMap<string, ControlSchedule> {
  const schedules = Object.entries(FAMILY.members()).map(
    ([name, control]) => [name, control.ofSetting(setting)] as const,
  );
  return new Map(schedules.filter((entry): entry is readonly [string, ControlSchedule] => entry[1] !== null));
}

/** What controls start from; the learning rate and the batch size are always decided. */
export function undecided(attack: AttackSpec | null): UpdateSettings {
  return { learningRate: NaN, batchSize: 0, averagingWeight: null, attack };
}

/** The settings of an update under these values, from what an experiment gives. */
export function settingsUnder(base: UpdateSettings, values: Controls): UpdateSettings {
  return Object.entries(values).reduce((settings, [name, value]) => {
    const control = controlNamed(name);
    return control === undefined ? settings : control.apply(settings, value);
  }, base);
}
