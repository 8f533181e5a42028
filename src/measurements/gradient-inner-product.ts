import { z } from 'zod';
import { logNumberSchema } from '../artifacts/shared/log-number.js';
import { gradientMoments } from './estimators/gradient-moments.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

const schema = z.strictObject({
  type: z
    .literal('gradient_inner_product')
    .describe(
      'The gradients of two independent half minibatches are compared; this costs one minibatch gradient and its attack.',
    ),
  every,
});

const row = rowSchema('gradient_inner_product', {
  inner_product: logNumberSchema.describe(
    'The inner product of the two gradients estimates the squared norm of the mean gradient without bias.',
  ),
  noise_trace: logNumberSchema.describe(
    'This estimates the trace of the covariance of a whole minibatch gradient without bias, from their difference.',
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
