import { z } from 'zod';
import { logNumberSchema as logNumber } from '../artifacts/shared/log-number.js';
import { gradientMoments } from './estimators/gradient-moments.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

const schema = z.strictObject({ type: z.literal('gradient_inner_product'), every });

const row = rowSchema('gradient_inner_product', {
  /** <h_A, h_B>, unbiased for |hbar|^2. */
  inner_product: logNumber,
  /** Unbiased for tr S of a whole minibatch, from |h_A - h_B|^2. */
  noise_trace: logNumber,
});

/** <h_A, h_B> of independent half batches. Cost: one minibatch gradient, its attack included. */
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
