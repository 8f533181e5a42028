import { z } from 'zod';
import { finite } from '../artifacts/shared/common.js';

/** The `initial` of a filter of n states. */
export function initialSchema(n: number) {
  return z
    .strictObject({
      mean: z
        .array(finite)
        .length(n)
        .describe('Means of the logarithms of the states before any loss is seen, in the order of the states.'),
      covariance: z
        .array(z.array(finite).length(n))
        .length(n)
        .describe('Covariance matrix of the logarithms of the states before any loss is seen, row by row.'),
    })
    .describe('Normal law of the logarithms of the states from which the filter starts, before it sees any loss.');
}
