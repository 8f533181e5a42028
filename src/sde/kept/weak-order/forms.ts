import type { WeakOrder } from '../../../artifacts/sde-analysis/sde-studies.js';
import type { NoiseOf } from '../update.js';

export type FormName = WeakOrder['observables'][number]['orders'][number]['order'];

/** An approximation of the joint process: the order of its drift, and its noise; null for none. */
export interface Form {
  readonly name: FormName;
  readonly order: 1 | 2;
  readonly noise: NoiseOf | null;
  readonly words: string;
}

/** The forms that are compared; theory expects the orders 1, 2, 1 and 1. */
export const FORMS: readonly Form[] = [
  { name: 'mean_field', order: 1, noise: null, words: 'mean field alone' },
  { name: 'joint', order: 2, noise: 'joint', words: 'joint noise of weights and perturbations' },
  { name: 'independent_noise', order: 2, noise: 'independent', words: 'noises as if independent' },
  { name: 'weights_noise', order: 2, noise: 'weights', words: 'noise of the weights alone' },
];
