import { z } from 'zod';
import { count, distinct, positiveCount } from '../shared/common.js';
import { logNumberSchema as logNumber } from '../shared/log-number.js';

/** Updates between two measurements; the first is before the first update. */
const every = positiveCount.default(100);

/** Examples of the sample Hessian; max(128, 4 batch_size) by default. */
const examples = positiveCount.optional();

/** What the Hessian is applied to: minibatch noise h_B - hbar, the gradient of the sample, a standard normal vector. */
export const startVectorSchema = z.enum(['noise', 'gradient', 'random']);
const vectors = distinct(startVectorSchema).min(1).default(['noise', 'gradient', 'random']);

const perturbationSchema = z.enum(['frozen', 're_attacked']);

/** What is measured along a run, on examples and attack noise of its own: a run's weights do not depend on it. */
export const measurementSchema = z.discriminatedUnion('type', [
  /** <h_A, h_B> of independent half batches. Cost: one minibatch gradient, its attack included. */
  z.strictObject({ type: z.literal('gradient_inner_product'), every }),
  /** Trace of the minibatch covariance. Cost: that many minibatch gradients, their attacks included. */
  z.strictObject({ type: z.literal('noise_trace'), every, minibatches: z.int().min(2).default(4) }),
  /** Second difference of the loss of an independent batch along the step u c g. Cost: three losses and their attacks. */
  z.strictObject({ type: z.literal('step_curvature'), every, perturbation: perturbationSchema.default('re_attacked') }),
  /** g^T H_B g / |g|^2 on the update's own minibatch, perturbations frozen. Cost: two minibatch gradients. */
  z.strictObject({ type: z.literal('batch_sharpness'), every }),
  /** v^T H v / |v|^2, perturbations frozen and re-attacked. */
  z.strictObject({ type: z.literal('hessian_vector_product'), every, examples, vectors }),
  /** Ritz values and weights of the Hessian at frozen perturbations. Cost: two gradients of the sample for each step. */
  z.strictObject({ type: z.literal('lanczos_spectrum'), every, examples, vectors, steps: positiveCount.default(8) }),
]);

export const measurementsSchema = z.array(measurementSchema).refine(namesEachOnce, {
  error: 'must not name the same type twice',
});

function namesEachOnce(measurements: readonly { type: string }[]): boolean {
  return new Set(measurements.map(({ type }) => type)).size === measurements.length;
}

/** What every row of a measurement has. */
const row = {
  type: z.literal('measurement'),
  /** Updates done before it. */
  update: count,
  /** Gradient evaluations that it cost: examples and passes in units of the minibatch, rounded up. */
  grad_evals: count,
};

/** One measurement, before the update of the same number. */
export const logMeasurementSchema = z.discriminatedUnion('measurement', [
  z.strictObject({
    ...row,
    measurement: z.literal('gradient_inner_product'),
    /** <h_A, h_B>, unbiased for |hbar|^2. */
    inner_product: logNumber,
    /** Unbiased for tr S of a whole minibatch, from |h_A - h_B|^2. */
    noise_trace: logNumber,
  }),
  z.strictObject({
    ...row,
    measurement: z.literal('noise_trace'),
    /** tr S, the trace of the covariance of one minibatch gradient. */
    noise_trace: logNumber,
    /** |hbar|^2. */
    squared_gradient: logNumber,
    /** hbar^T S hbar; from four minibatches on. */
    noise_along_gradient: logNumber.optional(),
  }),
  z.strictObject({
    ...row,
    measurement: z.literal('step_curvature'),
    /** |s| of the step s = u c g. */
    step_length: logNumber,
    loss: logNumber,
    /** <s, grad L>. */
    slope: logNumber,
    /** s^T H s. */
    curvature: logNumber,
  }),
  z.strictObject({ ...row, measurement: z.literal('batch_sharpness'), sharpness: logNumber }),
  z.strictObject({
    ...row,
    measurement: z.literal('hessian_vector_product'),
    examples: positiveCount,
    products: z.array(
      z.strictObject({
        vector: startVectorSchema,
        norm: logNumber,
        /** v^T H v / |v|^2. */
        frozen: logNumber,
        re_attacked: logNumber,
      }),
    ),
  }),
  z.strictObject({
    ...row,
    measurement: z.literal('lanczos_spectrum'),
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
  }),
]);

export type MeasurementSpec = z.output<typeof measurementSchema>;
export type StartVector = z.output<typeof startVectorSchema>;
export type LogMeasurement = z.output<typeof logMeasurementSchema>;
