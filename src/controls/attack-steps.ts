import { positiveCount } from '../artifacts/shared/common.js';
import type { Control } from './control.js';
import { alongRun, heldAt } from './scheduled.js';

/** K: ascent steps on the perturbation before each update; a schedule's number holds until its next point. */
export const attackSteps: Control = {
  unit: 'gradient evaluations per update',
  description: 'The number of ascent steps of the attack.',
  value: positiveCount,
  isInteger: true,
  ofSetting({ attack, updates }) {
    if (attack === null || !('steps' in attack)) return null;
    return alongRun(attack.steps, updates, heldAt);
  },
  apply(settings, steps) {
    const { attack } = settings;
    return attack !== null && 'steps' in attack ? { ...settings, attack: { ...attack, steps } } : settings;
  },
};
