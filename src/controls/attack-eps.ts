import { nonnegative } from '../artifacts/shared/common.js';
import type { Control } from './control.js';
import { ofAttack, onAttack } from './scheduled.js';

/** Radius of the ball that the perturbation stays in; linear between the points of an experiment's schedule. */
export const attackEps: Control = {
  name: 'attack_eps',
  unit: 'unit of the inputs, in the norm of the attack',
  description: 'The radius of the ball in which the attack looks for the perturbation.',
  value: nonnegative,
  isInteger: false,
  ofSetting: (setting) => ofAttack(setting, 'attack_eps'),
  apply: (settings, value) => onAttack(settings, 'attack_eps', value),
};
