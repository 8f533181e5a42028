import { positive } from '../artifacts/shared/common.js';
import type { Control } from './control.js';

/** u: the step of update k is -u times the gradient, or what the optimizer makes of it. An experiment leaves it to the method. */
export const learningRate: Control = {
  name: 'learning_rate',
  unit: 'change of the weights per unit of gradient',
  description: 'The learning rate, absolute.',
  value: positive,
  isInteger: false,
  ofSetting: () => null,
  apply: (settings, value) => ({ ...settings, learningRate: value }),
};
