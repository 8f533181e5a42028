import { z } from 'zod';
import { logNumberSchema as logNumber } from '../artifacts/shared/log-number.js';
import { norm } from '../math/vectors.js';
import { stepCurvature } from './estimators/step-curvature.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

const schema = z.strictObject({
  type: z.literal('step_curvature'),
  every,
  perturbation: z.enum(['frozen', 're_attacked']).default('re_attacked'),
});

const row = rowSchema('step_curvature', {
  /** |s| of the step s = u c g. */
  step_length: logNumber,
  loss: logNumber,
  /** <s, grad L>. */
  slope: logNumber,
  /** s^T H s. */
  curvature: logNumber,
});

/** Second difference of the loss of an independent batch along the step u c g. Cost: three losses and their attacks. */
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
