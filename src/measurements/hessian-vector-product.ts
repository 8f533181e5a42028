import { z } from 'zod';
import { positiveCount } from '../artifacts/shared/common.js';
import { logNumberSchema } from '../artifacts/shared/log-number.js';
import { norm } from '../math/vectors.js';
import { hessianVectorProduct, rayleighQuotient } from './estimators/hessian-vector-product.js';
import type { WeightLoss } from './estimators/weight-loss.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';
import { SAMPLE_FIELDS, sampleHessian, startVectorSchema, VECTOR_WORDS } from './sample-hessian.js';

const schema = z.strictObject({
  type: z
    .literal('hessian_vector_product')
    .describe(
      'Type of the measurement: the curvature of the loss of a sample along vectors, with its perturbations frozen ' +
        'and re-attacked.',
    ),
  every,
  ...SAMPLE_FIELDS,
});

const row = rowSchema('hessian_vector_product', {
  examples: positiveCount.describe('Number of training examples of the sample whose Hessian is measured.'),
  products: z
    .array(
      z.strictObject({
        vector: startVectorSchema.describe(VECTOR_WORDS),
        norm: logNumberSchema.describe('Euclidean length of the vector v that the Hessian H is applied to.'),
        frozen: logNumberSchema.describe(
          "Curvature v^T H v / |v|^2 of the sample's loss with the perturbations held where they were found.",
        ),
        re_attacked: logNumberSchema.describe(
          "Curvature v^T H v / |v|^2 of the sample's loss where it is attacked anew at each of the weights.",
        ),
      }),
    )
    .describe("Curvatures of the sample's loss, one entry for each vector that was asked for."),
});

export const hessianVectorProductMeasurement = {
  name: 'hessian_vector_product',
  schema,
  row,
  measure(setting, spec) {
    const { count, vectors, frozen, reAttacked } = sampleHessian(setting, spec);
    const quotient = (loss: WeightLoss, v: Float64Array) =>
      rayleighQuotient(v, hessianVectorProduct(loss, setting.weights, v));
    return {
      examples: count,
      products: vectors.map(({ vector, start }) => ({
        vector,
        norm: norm(start),
        frozen: quotient(frozen, start),
        re_attacked: quotient(reAttacked, start),
      })),
    };
  },
  quantities: {
    gradient_re_attacked: { figure: 'curvature', label: 'gradient, re-attacked', color: 'gradient' },
    gradient_frozen: { figure: 'curvature', label: 'gradient, frozen', color: 'gradient', dash: 'dash' },
    noise_re_attacked: { figure: 'curvature', label: 'noise, re-attacked', color: 'noise' },
    noise_frozen: { figure: 'curvature', label: 'noise, frozen', color: 'noise', dash: 'dash' },
    random_re_attacked: { figure: 'curvature', label: 'random vector, re-attacked', color: 'random' },
    random_frozen: { figure: 'curvature', label: 'random vector, frozen', color: 'random', dash: 'dash' },
  },
  values: ({ products }) =>
    Object.fromEntries(
      products.flatMap(({ vector, frozen, re_attacked }) => [
        [`${vector}_frozen`, frozen],
        [`${vector}_re_attacked`, re_attacked],
      ]),
    ),
} satisfies MeasurementMould<z.output<typeof schema>, z.output<typeof row>>;
