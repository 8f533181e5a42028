import { positive } from '../artifacts/shared/common.js';
import { constant, type Control } from './control.js';

/** alpha: length of one ascent step. Where nothing gives it, it follows from eps and the number of steps. */
export const attackStepSize: Control = {
  unit: 'unit of the inputs, in the norm of the attack',
  description: 'The length of one ascent step of the attack.',
  value: positive,
  isInteger: false,
  ofSetting({ attack }) {
    if (attack === null || !('alpha' in attack) || attack.alpha === undefined) return null;
    return constant(attack.alpha);
  },
  apply(settings, alpha) {
    const { attack } = settings;
    return attack !== null && 'eps' in attack ? { ...settings, attack: { ...attack, alpha } } : settings;
  },
};
