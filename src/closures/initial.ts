import { z } from 'zod';
import { finite } from '../artifacts/shared/common.js';

/** Mean and covariance of the logarithms of n states before the first observation. */
export function initialSchema(n: number) {
  return z.strictObject({
    mean: z.array(finite).length(n),
    covariance: z.array(z.array(finite).length(n)).length(n),
  });
}
