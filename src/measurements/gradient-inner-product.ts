import { z } from 'zod';
import { logNumberSchema } from '../artifacts/shared/log-number.js';
import { gradientMoments } from './estimators/gradient-moments.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

const schema = z.strictObject({
  type: z
    .literal('gradient_inner_product')
    .describe(
      'Type of the measurement: a comparison of the gradients of two independent half minibatches, at the cost of ' +
        'one minibatch gradient and its attack.',
    ),
  every,
});

const row = rowSchema('gradient_inner_product', {
  inner_product: logNumberSchema.describe(
    'Inner product of the gradients of two independent half minibatches: an unbiased estimate of the squared norm of ' +
      'the mean gradient.',
  ),
  noise_trace: logNumberSchema.describe(
    'Unbiased estimate of the trace of the covariance of a whole minibatch gradient, from the difference of two half ' +
      'minibatches.',
  ),
});

export const gradientInnerProduct = {
  name: 'gradient_inner_product',
  schema,
  row,
  measure({ weights, batchSize, samples }) {
    const half = Math.max(1, Math.floor(batchSize / 2));
    const { squaredMean, noiseTrace } = gradientMoments([1, 2].map(() => samples.draw(half).gradient(weights)));
    return { inner_product: squaredMean, noise_trace: (noiseTrace * half) / batchSize };
  },
  quantities: {
    inner_product: { figure: 'gradient', label: '|h|² from half batches', color: 'gradient', dash: 'dot' },
    half_batch_noise_trace: { figure: 'gradient', label: 'tr S from half batches', color: 'noise', dash: 'dot' },
  },
  values: ({ inner_product, noise_trace }) => ({ inner_product, half_batch_noise_trace: noise_trace }),
} satisfies MeasurementMould<z.output<typeof schema>, z.output<typeof row>>;
