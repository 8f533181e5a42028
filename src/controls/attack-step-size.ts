import { positive } from '../artifacts/shared/common.js';
import type { Control } from './control.js';
import { ofAttack, onAttack } from './scheduled.js';

/** alpha: length of one ascent step. Where nothing gives it, it follows from eps and the number of steps. */
export const attackStepSize: Control = {
  name: 'attack_step_size',
  unit: 'unit of the inputs, in the norm of the attack',
  description: 'The length of one ascent step of the attack.',
  value: positive,
  isInteger: false,
  ofSetting: (setting) => ofAttack(setting, 'attack_step_size'),
  apply: (settings, value) => onAttack(settings, 'attack_step_size', value),
};
