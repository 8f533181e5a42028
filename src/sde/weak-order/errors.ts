import type { WeakOrder } from '../../artifacts/sde-analysis/sde-studies.js';
import type { DriftOrder } from '../drift.js';

export type WeakOrderName = WeakOrder['observables'][number]['orders'][number]['order'];

/** The SDEs that are compared, by their drift, and the order that theory expects. */
export const WEAK_ORDERS: readonly {
  readonly order: WeakOrderName;
  readonly drift: DriftOrder;
  readonly words: string;
}[] = [
  { order: 'first', drift: 'first', words: 'first order (without b1)' },
  { order: 'second_full', drift: 'second_full', words: 'second order (full b1)' },
  { order: 'second_without_rate_derivatives', drift: 'second_held', words: 'b1 without the derivatives of u' },
];

/** Of one observable at one eta: errors of each SDE against the real iteration. */
export interface ErrorsAtEta {
  readonly expectation: number;
  readonly uncertainty: number;
  readonly errors: readonly number[];
  readonly uncertainties: readonly number[];
}
