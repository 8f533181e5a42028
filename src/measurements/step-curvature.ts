import { z } from 'zod';
import { logNumberSchema } from '../artifacts/shared/log-number.js';
import { norm } from '../math/vectors.js';
import { stepCurvature } from './estimators/step-curvature.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

const schema = z.strictObject({
  type: z
    .literal('step_curvature')
    .describe(
      'The loss of an independent minibatch is taken at both sides of the weights along the step u c g (rate, factor of ' +
        'the clip, gradient) and at the weights themselves; this costs three losses.',
    ),
  every,
  perturbation: z
    .enum(['frozen', 're_attacked'])
    .default('re_attacked')
    .describe(
      'The minibatch is re_attacked at each of the three points (the default), or its perturbations are frozen as found ' +
        'at the weights.',
    ),
});

const row = rowSchema('step_curvature', {
  step_length: logNumberSchema.describe('The step s = u c g has this Euclidean length.'),
  loss: logNumberSchema.describe('The independent minibatch has this loss at the weights.'),
  slope: logNumberSchema.describe(
    'This is the inner product of s and the gradient: what the step gains to first order.',
  ),
  curvature: logNumberSchema.describe('This is s^T H s: twice what the step loses to curvature.'),
});

export const stepCurvatureMeasurement = {
  name: 'step_curvature',
  schema,
  row,
  measure({ weights, gradient, rate, batchSize, samples }, { perturbation }) {
    const drawn = samples.draw(batchSize);
    const step = Float64Array.from(gradient, (g) => rate * g);
    const along = stepCurvature(perturbation === 'frozen' ? drawn.frozenAt(weights) : drawn, weights, step);
    return { step_length: norm(step), loss: along.loss, slope: along.slope, curvature: along.curvature };
  },
  quantities: { step_curvature: { figure: 'curvature', label: 'along the step', color: 'step' } },
  values: ({ curvature, step_length }) => ({ step_curvature: Number(curvature) / Number(step_length) ** 2 }),
} satisfies MeasurementMould<z.output<typeof schema>, z.output<typeof row>>;
