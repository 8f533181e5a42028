import { z } from 'zod';
import { logNumberSchema as logNumber } from '../artifacts/shared/log-number.js';
import { gradientMoments } from './estimators/gradient-moments.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

/** Minibatch gradients from which hbar^T S hbar can be estimated. */
const ENOUGH_FOR_NOISE_ALONG = 4;

const schema = z.strictObject({
  type: z.literal('noise_trace'),
  every,
  minibatches: z.int().min(2).default(4),
});

const row = rowSchema('noise_trace', {
  /** tr S, the trace of the covariance of one minibatch gradient. */
  noise_trace: logNumber,
  /** |hbar|^2. */
  squared_gradient: logNumber,
  /** hbar^T S hbar; from four minibatches on. */
  noise_along_gradient: logNumber.optional(),
});

/** Trace of the minibatch covariance. Cost: that many minibatch gradients, their attacks included. */
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
