import { z } from 'zod';
import { logNumberSchema } from '../artifacts/shared/log-number.js';
import { norm } from '../math/vectors.js';
import { stepCurvature } from './estimators/step-curvature.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

const schema = z.strictObject({
  type: z
    .literal('step_curvature')
    .describe(
      'Type of the measurement: the loss of an independent minibatch along the step s = u c g (rate, factor of the ' +
        'clip, gradient), at the weights and at both sides of them, at the cost of three losses.',
    ),
  every,
  perturbation: z
    .enum(['frozen', 're_attacked'])
    .default('re_attacked')
    .describe(
      'Perturbations of the minibatch along the step: re_attacked at each of the three points (the default), or ' +
        'frozen as found at the weights.',
    ),
});

const row = rowSchema('step_curvature', {
  step_length: logNumberSchema.describe('Euclidean length of the step s = u c g (rate, factor of the clip, gradient).'),
  loss: logNumberSchema.describe('Loss of the independent minibatch at the weights.'),
  slope: logNumberSchema.describe(
    'Inner product of the step s and the gradient of the independent minibatch: what the step gains to first order.',
  ),
  curvature: logNumberSchema.describe(
    "Curvature s^T H s of the independent minibatch's loss along the step s: twice what the step loses to curvature.",
  ),
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
