import { z } from 'zod';
import { positiveCount } from '../artifacts/shared/common.js';
import { logNumberSchema as logNumber } from '../artifacts/shared/log-number.js';
import { lanczosSpectrum } from './estimators/lanczos-spectrum.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';
import { SAMPLE_FIELDS, sampleHessian, startVectorSchema } from './sample-hessian.js';

const schema = z.strictObject({
  type: z.literal('lanczos_spectrum'),
  every,
  ...SAMPLE_FIELDS,
  steps: positiveCount.default(8),
});

const row = rowSchema('lanczos_spectrum', {
  examples: positiveCount,
  spectra: z.array(
    z.strictObject({
      vector: startVectorSchema,
      /** Length of the vector: its square is the energy that the weights share out. */
      norm: logNumber,
      /** Ritz values, ascending. */
      values: z.array(logNumber),
      weights: z.array(logNumber),
    }),
  ),
});

/** Ritz values and weights of the Hessian at frozen perturbations. Cost: two gradients of the sample for each step. */
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
