import { z } from 'zod';
import { logNumberSchema as logNumber } from '../artifacts/shared/log-number.js';
import { hessianVectorProduct, rayleighQuotient } from './estimators/hessian-vector-product.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

const schema = z.strictObject({ type: z.literal('batch_sharpness'), every });

const row = rowSchema('batch_sharpness', { sharpness: logNumber });

/** g^T H_B g / |g|^2 on the update's own minibatch, perturbations frozen. Cost: two minibatch gradients. */
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
