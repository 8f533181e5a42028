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
      'Lanczos finds what vectors see of the Hessian of a sample, its perturbations frozen: curvatures and their weights.',
    ),
  every,
  ...SAMPLE_FIELDS,
  steps: positiveCount
    .default(8)
    .describe(
      'Lanczos takes this many steps for each vector; a step costs two gradients of the sample. The default is 8.',
    ),
});

const row = rowSchema('lanczos_spectrum', {
  examples: positiveCount.describe('The sample had this many training examples.'),
  spectra: z
    .array(
      z.strictObject({
        vector: startVectorSchema.describe(VECTOR_WORDS),
        norm: logNumberSchema.describe(
          'The vector has this Euclidean length; its square is the energy that the weights share out.',
        ),
        values: z.array(logNumberSchema).describe('The Ritz values are curvatures of the loss, in ascending order.'),
        weights: z
          .array(logNumberSchema)
          .describe("Each Ritz value has this share of the vector's energy; the shares have the sum 1."),
      }),
    )
    .describe('The list has one spectrum for each vector that was asked for.'),
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
