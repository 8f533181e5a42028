import type { Changes } from './models.js';

/** Theory 5 (iii): l = 0.6 (theta - x)^2, so that a = 1.2 and S = 0.9, at u = 0.8 from 1.5 for 40 updates. */
export const ORNSTEIN_UHLENBECK: Changes = {
  loss: '0.6*(theta - x)^2',
  parameters: {},
  data: { gaussian: { mean: [0], covariance: [[0.625]] } },
  batch_size: 1,
  attack: { type: 'none' },
  horizon: 4,
  start: { theta: 1.5 },
  rate: { value: 0.8, bounds: [0, 2] },
  at: [{ theta: 1.5 }],
};

export const OPEN_LOOP = '1.5/(1 + t)';
export const FEEDBACK = '0.6 + 0.5*theta^2/(1 + theta^2) + 0.3*sin(3*t)';

/** Theory 2.2: the model of the table of weak orders. */
export function weakOrderModel(rate: string): Changes {
  return {
    loss: 'log(cosh(theta - x)) + 0.05*(theta*x)^2',
    parameters: {},
    data: { points: [[-1], [0.4], [1.3]] },
    batch_size: 1,
    attack: { type: 'penalised_ascent', steps: 4, eta_i: 0.1, lambda: 2 },
    horizon: 1,
    start: { theta: 1.5 },
    rate: { value: rate, bounds: [0, 2] },
    at: [{ theta: 1.5 }],
    observables: ['theta^2 + sin(2*theta)'],
  };
}
