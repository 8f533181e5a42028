import { HjbLrError } from '../../errors.js';
import type { SgdModel } from '../model.js';

/** The rate of a model at a time and place. @throws E_INVALID outside its bounds, naming the point */
export function rateWithin({ rate, nameOf }: SgdModel, t: number, theta: ArrayLike<number>): number {
  const value = rate.value(t, theta);
  if (value >= rate.lower && value <= rate.upper) return value;
  const where = `${nameOf(theta)}, t = ${Number(t.toPrecision(6))}`;
  throw new HjbLrError(
    'E_INVALID',
    `The rate is ${value} at ${where}; its bounds are [${rate.lower}, ${rate.upper}].`,
    {
      remedy: 'Write rate.value so that it stays within rate.bounds wherever the weights go, or widen the bounds.',
      fields: { where, rate: value },
    },
  );
}

/** Beyond this, squares soon overflow. */
const NOWHERE = 1e100;

/** @throws E_NOT_CONVERGED for weights that have gone to nowhere */
export function requireFinite(theta: Float64Array, what: string, t: number): void {
  if (theta.every((value) => Math.abs(value) < NOWHERE)) return;
  throw new HjbLrError('E_NOT_CONVERGED', `${what} diverges at t = ${Number(t.toPrecision(6))}.`, {
    remedy: 'Take a smaller eta or rate, a larger batch, or a shorter horizon.',
    fields: { t },
  });
}
