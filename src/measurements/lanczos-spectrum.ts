import { z } from 'zod';
import { positiveCount } from '../artifacts/shared/common.js';
import { logNumberSchema } from '../artifacts/shared/log-number.js';
import { lanczosSpectrum } from './estimators/lanczos-spectrum.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';
import { SAMPLE_FIELDS, sampleHessian, startVectorSchema, VECTOR_WORDS } from './sample-hessian.js';

const schema = z.strictObject({
  type: z
    .literal('lanczos_spectrum')
    .describe(
      "Type of the measurement: what vectors see of the spectrum of a sample's Hessian by Lanczos, its perturbations " +
        'frozen: curvatures and their weights.',
    ),
  every,
  ...SAMPLE_FIELDS,
  steps: positiveCount
    .default(8)
    .describe(
      'Number of Lanczos steps for each vector, each at the cost of two gradients of the sample; 8 by default.',
    ),
});

const row = rowSchema('lanczos_spectrum', {
  examples: positiveCount.describe('Number of training examples of the sample whose Hessian is measured.'),
  spectra: z
    .array(
      z.strictObject({
        vector: startVectorSchema.describe(VECTOR_WORDS),
        norm: logNumberSchema.describe(
          'Euclidean length of the vector that Lanczos starts from; its square is the energy that the weights share ' +
            'out.',
        ),
        values: z
          .array(logNumberSchema)
          .describe('Ritz values of the Hessian, curvatures of the loss, in ascending order.'),
        weights: z
          .array(logNumberSchema)
          .describe("Share of the vector's energy at each Ritz value; the shares have the sum 1."),
      }),
    )
    .describe("Spectra of the sample's Hessian, one for each vector that was asked for."),
});

export const lanczosSpectrumMeasurement = {
  name: 'lanczos_spectrum',
  schema,
  row,
  measure(setting, spec) {
    const { count, vectors, frozen } = sampleHessian(setting, spec);
    return {
      examples: count,
      spectra: vectors.map(({ vector, start }) => {
        const { norm, values, weights } = lanczosSpectrum(frozen, setting.weights, start, spec.steps);
        return { vector, norm, values: [...values], weights: [...weights] };
      }),
    };
  },
  quantities: {
    gradient_largest: { figure: 'curvature', label: 'gradient, largest', color: 'gradient', dash: 'dot' },
    noise_largest: { figure: 'curvature', label: 'noise, largest', color: 'noise', dash: 'dot' },
    random_largest: { figure: 'curvature', label: 'random vector, largest', color: 'random', dash: 'dot' },
  },
  values: ({ spectra }) =>
    Object.fromEntries(spectra.map(({ vector, values }) => [`${vector}_largest`, values.at(-1)])),
} satisfies MeasurementMould<z.output<typeof schema>, z.output<typeof row>>;
