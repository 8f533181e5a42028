import { positiveCount } from '../artifacts/shared/common.js';
import type { Control } from './control.js';
import { ofAttack, onAttack } from './scheduled.js';

/** K: ascent steps on the perturbation before each update; a schedule's number holds until its next point. */
export const attackSteps: Control = {
  name: 'attack_steps',
  unit: 'gradient evaluations per update',
  description: 'The number of ascent steps of the attack.',
  value: positiveCount,
  isInteger: true,
  ofSetting: (setting) => ofAttack(setting, 'attack_steps'),
  apply: (settings, value) => onAttack(settings, 'attack_steps', value),
};
