import { z } from 'zod';
import { logNumberSchema } from '../artifacts/shared/log-number.js';
import { hessianVectorProduct, rayleighQuotient } from './estimators/hessian-vector-product.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

const schema = z.strictObject({
  type: z
    .literal('batch_sharpness')
    .describe(
      "Type of the measurement: the curvature along the gradient of the update's own minibatch, at the cost of two " +
        'gradients.',
    ),
  every,
});

const row = rowSchema('batch_sharpness', {
  sharpness: logNumberSchema.describe(
    "Curvature g^T H g / |g|^2 for the gradient g and the Hessian H of the update's own minibatch, perturbations " +
      'frozen.',
  ),
});

export const batchSharpness = {
  name: 'batch_sharpness',
  schema,
  row,
  measure({ weights, gradient, ownBatch }) {
    return { sharpness: rayleighQuotient(gradient, hessianVectorProduct(ownBatch, weights, gradient)) };
  },
  quantities: {
    batch_sharpness: { figure: 'curvature', label: 'minibatch gradient, its own batch', color: 'minibatch' },
  },
  values: ({ sharpness }) => ({ batch_sharpness: sharpness }),
} satisfies MeasurementMould<z.output<typeof schema>, z.output<typeof row>>;
