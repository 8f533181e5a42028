import { z } from 'zod';
import { CLOSURE_NAMES } from '../../closures/schemas.js';
import { count, finite, nonnegative, positive, positiveCount, schemaVersion, timestamp } from '../shared/common.js';
import { trainingAttackSchema } from '../experiment/attacks.js';
import {
  batchSizeSchema,
  clipSchema,
  lossSchema,
  modelSchema,
  objectiveSchema,
  sgdSchema,
  trainingSchema,
} from '../experiment/experiment.js';
import { provenanceSchema } from '../shared/provenance.js';
import { filterSchema } from './filter.js';

/** One estimated number, its uncertainty, and where it comes from. */
export const parameterSchema = z.strictObject({
  estimate: finite,
  /** Cluster bootstrap over the independent runs; of the prior where the runs say nothing. */
  standard_error: nonnegative.nullable(),
  interval: z.tuple([finite, finite]).nullable(),
  /** `data`: identified by the runs; `prior`: the runs leave the stated prior as it was; `set`: not estimated at all. */
  source: z.enum(['data', 'prior', 'set']),
  /** Log-normal prior: median, and standard deviation of the logarithm. */
  prior: z.strictObject({ median: positive, log_deviation: positive, reason: z.string() }).nullable(),
  /** Why a value was set, and to what. */
  reason: z.string().optional(),
});

export const closureStateSchema = z.strictObject({
  name: z.string(),
  domain: z.tuple([positive, positive]),
  coordinate: z.enum(['identity', 'log']),
  /** Mean state at update 0. */
  start: finite,
  /** Where the pilot's runs have been, by the filter; outside it the fit is extrapolated. */
  visited: z.tuple([finite, finite]).optional(),
});

export const closureFitSchema = z.strictObject({
  name: z.enum(CLOSURE_NAMES),
  states: z.array(closureStateSchema).min(1).max(3),
  /** Expressions in the states, `u` (the learning rate), and the parameters; time counts updates. */
  drift: z.array(z.string()),
  covariance: z.array(z.array(z.string())),
  /** Rates at which the drift changes form. */
  drift_breaks: z.array(z.string()),
  loss: z.string(),
  parameters: z.record(z.string(), parameterSchema),
  filter: filterSchema,
  log_likelihood: finite,
  /** Parameter vectors of the bootstrap, for bands of anything computed from them. */
  bootstrap: z.array(z.record(z.string(), finite)),
  verdict: z.strictObject({
    /** Relative error with which runs left out of the fit are predicted, root mean square over them. */
    prediction_error: finite,
    left_out: z.array(z.strictObject({ run_id: z.string(), prediction_error: finite })),
    within_bound: z.boolean(),
  }),
});

export const coefficientsSchema = z
  .strictObject({
    kind: z.literal('coefficients'),
    schema_version: schemaVersion,
    name: z.string(),
    created_at: timestamp.optional(),
    horizon: positiveCount,
    updates_per_epoch: nonnegative,
    /** Usable learning rates: the largest is the pilot's peak. */
    rates: z
      .strictObject({ min: positive, max: positive })
      .refine(({ min, max }) => min <= max, { error: 'min must not be above max', path: ['min'] }),
    warmup_updates: count,
    clip: clipSchema.nullable(),
    objective: objectiveSchema,
    optimizer: sgdSchema.extend({ batch_size: batchSizeSchema }),
    attack: trainingAttackSchema.nullable(),
    /** What the weights lower; cross-entropy, and the loss at the perturbed inputs alone, where a file does not say. */
    loss: lossSchema.optional(),
    training: trainingSchema.optional(),
    model: modelSchema.nullable(),
    /** None where the runs could not be used; `unfitted` says why. */
    closures: z.array(closureFitSchema),
    unfitted: z.string().optional(),
    maximum_prediction_error: positive,
    /** The closure with the smaller prediction error, or null if none is within the bound. */
    selected: z.string().nullable(),
    provenance: provenanceSchema.extend({
      pilot_runs: z.array(
        z.strictObject({
          run_id: z.string(),
          purpose: z.string(),
          sha256: z.string(),
          seed: count.optional(),
          updates: count,
          n_grad_evals: count,
        }),
      ),
      pilot_grad_evals: count,
    }),
  })
  .refine(({ closures, unfitted }) => closures.length > 0 || unfitted !== undefined, {
    error: 'holds no closure, and nothing says why ("unfitted")',
    path: ['closures'],
  })
  .refine(({ closures, selected }) => selected === null || closures.some(({ name }) => name === selected), {
    error: 'must be null or the name of one of the closures',
    path: ['selected'],
  })
  .meta({ title: 'hjb-lr coefficients' });

export type Parameter = z.output<typeof parameterSchema>;
export type ClosureFit = z.output<typeof closureFitSchema>;
export type Coefficients = z.output<typeof coefficientsSchema>;
