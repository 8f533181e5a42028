import { z } from 'zod';
import { finite } from '../artifacts/shared/common.js';

/** The `initial` of a filter of n states. */
export function initialSchema(n: number) {
  return z
    .strictObject({
      mean: z
        .array(finite)
        .length(n)
        .describe('The logarithms of the states have these means, in the order of the states.'),
      covariance: z
        .array(z.array(finite).length(n))
        .length(n)
        .describe('The logarithms of the states have this covariance matrix, row by row.'),
    })
    .describe('The filter starts from this normal law of the logarithms of the states, before it sees any loss.');
}
