import type { RandomStream } from '../../../src/math/random.js';
import type { SgdModel } from '../../../src/sde/index.js';
import { modelOf, type Changes } from '../models.js';

/** Theory (7.2): l = c (theta - x)^2 with c = .5 and lambda = 3, on a few points of mean .2. */
export const KEPT_LOCATION: Changes = {
  loss: 'c*(theta - x)^2',
  data: { points: [[-1], [-0.4], [0.1], [0.5], [1.8]] },
  attack: { type: 'penalised_ascent', start: 'kept', eta_i: 0.3, lambda: 3 },
  eta: 0.08,
  batch_size: 2,
  horizon: 2.4,
  at: [],
};

export function keptLocation(changes: Changes = {}): Promise<SgdModel> {
  return modelOf({ ...KEPT_LOCATION, ...changes });
}

/** A loss that is not quadratic, so that nothing is exact by accident. */
export const KEPT_LOG_COSH: Changes = {
  loss: 'log(cosh(theta - x)) + 0.05*(theta*x)^2',
  parameters: {},
  data: { points: [[-1], [0.4], [1.3]] },
  attack: { type: 'penalised_ascent', start: 'kept', eta_i: 0.2, lambda: 2 },
  eta: 0.1,
  batch_size: 2,
  horizon: 1,
  start: { theta: 1.5 },
  at: [],
  observables: ['theta^2'],
};

/** A stream whose normals and integers are written down. */
export function written({
  normals = [],
  integers = [],
}: {
  normals?: readonly number[];
  integers?: readonly number[];
}) {
  const next = (values: readonly number[], counter: { at: number }): number => values[counter.at++];
  const [normal, integer] = [{ at: 0 }, { at: 0 }];
  return { normal: () => next(normals, normal), integer: () => next(integers, integer) } as unknown as RandomStream;
}
