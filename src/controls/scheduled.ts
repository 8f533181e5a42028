import { attackControls, attackUnder } from '../attacks/controls.js';
import type { AttackControlName } from '../attacks/index.js';
import { valueAt } from '../attacks/scheduled.js';
import type { TrainingAttackSpec } from '../attacks/schemas.js';
import { constant, type ControlSchedule, type RunSetting, type UpdateSettings } from './control.js';

/** What an attack's description makes of one of its controls along a run of T updates; update k stands at the share k / T. */
export function ofAttack({ attack, updates }: RunSetting, name: AttackControlName): ControlSchedule | null {
  const control = attack === null ? undefined : attackControls(attack)[name];
  if (control === undefined || control.value === null) return null;
  const { value, between } = control;
  if (typeof value === 'number') return constant(value);
  return {
    at: (k) => valueAt(value, between, k / updates),
    varies: true,
    largest: Math.max(...value.schedule.map(([, height]) => height)),
  };
}

/** The settings with an attack that has this value of its control; as they are where the attack has no such control. */
export function onAttack(settings: UpdateSettings, name: AttackControlName, value: number): UpdateSettings {
  const { attack } = settings;
  if (attack === null || !(name in attackControls(attack as TrainingAttackSpec))) return settings;
  return { ...settings, attack: attackUnder(attack as TrainingAttackSpec, { [name]: value }) };
}
