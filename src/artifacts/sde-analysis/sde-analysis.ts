import { z } from 'zod';
import { count, finite, nonnegative, schemaVersion, timestamp } from '../shared/common.js';
import { provenanceSchema } from '../shared/provenance.js';
import { studySections } from './sde-studies.js';
import { sdeControlSchema } from './sde-control.js';
import { sgdModelSchema } from '../sgd-model/sgd-model.js';

/** One number for each weight, in their order. */
const vector = z.array(finite);
const matrix = z.array(vector);
/** Of an estimate: 0 where it is exact, for quadrature its change to the next lower rule. */
const errors = z.array(nonnegative);

/** The coefficients of the SDE at one point, at the rate's value u at time 0 there. */
const pointSchema = z.strictObject({
  at: z.record(z.string(), finite),
  rate: finite,
  /** Mean update field E h. */
  hbar: vector,
  /** Of the direction of a minibatch, Cov(h) / batch size. */
  covariance: matrix,
  /** d hbar_i / d theta_j, and how it was found. */
  jacobian: matrix,
  jacobian_method: z.enum(['pathwise', 'differences']),
  /** b0 = -u hbar. */
  drift_1: vector,
  /** b0 + eta b1 with the rate held, b1 = -(u^2 / 2) (D hbar) hbar. */
  drift_2: vector,
  /** b0 + eta b1 of a rate that varies continuously, with its derivatives. */
  drift_2_full: vector,
  adversarial_loss: finite,
  /** Expected loss without attack. */
  clean_loss: finite,
  /** G(at) - G(start) of the effective loss G, whose gradient is hbar; null where there is none. */
  effective_loss: finite.nullable(),
  /** |J - J^T| / |J| of the Jacobian J, in the Frobenius norm: hbar is the gradient of a loss only where it is 0. */
  asymmetry: nonnegative,
  method: z.enum(['exact', 'quadrature', 'monte_carlo']),
  standard_errors: z.strictObject({
    hbar: errors,
    covariance: z.array(errors),
    jacobian: z.array(errors),
    drift_1: errors,
    drift_2: errors,
    drift_2_full: errors,
    adversarial_loss: nonnegative,
    clean_loss: nonnegative,
  }),
});

/** What `hjb-lr sde` found out: the points always, every other section where it was asked for. */
export const sdeResultSchema = z.strictObject({
  seed: count,
  weights: z.array(z.string()),
  points: z.array(pointSchema),
  /** Whether hbar is the gradient of an effective loss, as far as it was looked at, in one sentence. */
  effective_loss: z.strictObject({ exists: z.boolean(), sentence: z.string() }),
  warnings: z.array(z.string()),
  ...studySections,
  /** `--control` */
  control: sdeControlSchema.optional(),
});

export const sdeAnalysisSchema = z
  .strictObject({
    kind: z.literal('sde_analysis'),
    schema_version: schemaVersion,
    name: z.string(),
    created_at: timestamp.optional(),
    /** The model, every default filled in. */
    model: sgdModelSchema,
    result: sdeResultSchema,
    provenance: provenanceSchema,
  })
  .meta({ title: 'hjb-lr SDE of adversarial SGD' });

export type SdeAnalysis = z.output<typeof sdeAnalysisSchema>;
export type SdeResult = z.output<typeof sdeResultSchema>;
export type { SdeControl } from './sde-control.js';
export type SdePoint = SdeResult['points'][number];
