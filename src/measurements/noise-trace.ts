import { z } from 'zod';
import { logNumberSchema } from '../artifacts/shared/log-number.js';
import { gradientMoments } from './estimators/gradient-moments.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

/** Minibatch gradients from which hbar^T S hbar can be estimated. */
const ENOUGH_FOR_NOISE_ALONG = 4;

const schema = z.strictObject({
  type: z
    .literal('noise_trace')
    .describe('Type of the measurement: the noise of minibatch gradients, from several of them at the same weights.'),
  every,
  minibatches: z
    .int()
    .min(2)
    .default(4)
    .describe(
      'Number of independent minibatches that are drawn, each at the cost of a gradient and its attack; 4 by default.',
    ),
});

const row = rowSchema('noise_trace', {
  noise_trace: logNumberSchema.describe(
    'Unbiased estimate of tr S, the trace of the covariance S of one minibatch gradient.',
  ),
  squared_gradient: logNumberSchema.describe(
    'Unbiased estimate of the squared norm of the mean gradient h; it may be negative.',
  ),
  noise_along_gradient: logNumberSchema
    .optional()
    .describe(
      'Estimate of h^T S h, the noise along the mean gradient h, for the covariance S of one minibatch gradient. ' +
        'Missing with fewer than four minibatches.',
    ),
});

export const noiseTrace = {
  name: 'noise_trace',
  schema,
  row,
  measure({ weights, batchSize, samples }, { minibatches }) {
    const gradients = Array.from({ length: minibatches }, () => samples.draw(batchSize).gradient(weights));
    const moments = gradientMoments(gradients);
    return {
      noise_trace: moments.noiseTrace,
      squared_gradient: moments.squaredMean,
      ...(minibatches < ENOUGH_FOR_NOISE_ALONG ? {} : { noise_along_gradient: moments.noiseAlongMean }),
    };
  },
  quantities: {
    squared_gradient: { figure: 'gradient', label: '|h|²', color: 'gradient' },
    noise_trace: { figure: 'gradient', label: 'tr S', color: 'noise' },
  },
  values: ({ squared_gradient, noise_trace }) => ({ squared_gradient, noise_trace }),
} satisfies MeasurementMould<z.output<typeof schema>, z.output<typeof row>>;
