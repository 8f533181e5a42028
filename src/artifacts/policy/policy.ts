import { z } from 'zod';
import { filterSchema } from '../coefficients/filter.js';
import { provenanceSchema } from '../shared/provenance.js';
import {
  count,
  finite,
  increasing,
  nonnegative,
  positive,
  positiveCount,
  schemaVersion,
  timestamp,
} from '../shared/common.js';
import { trainingAttackSchema } from '../experiment/attacks.js';
import {
  batchSizeSchema,
  clipSchema,
  lossSchema,
  objectiveSchema,
  sgdSchema,
  trainingSchema,
} from '../experiment/experiment.js';

/**
 * The states are the weights themselves, which the training sees before every update: nothing is filtered. Such a file
 * `requires` "weights_state" (src/schedules/policy/weights-rule.ts says how it is followed).
 */
export const weightsStateSchema = z.strictObject({
  kind: z.literal('weights'),
  /** In the order of the table's axes after the time. */
  names: z.array(z.string()).min(1).max(3),
});

export const policyTableSchema = z
  .strictObject({
    /** First axis is time in updates done; the others are the filter's states in natural units. */
    axes: z
      .array(
        z.strictObject({
          name: z.string(),
          coordinate: z.enum(['identity', 'log']).default('identity'),
          grid: increasing,
        }),
      )
      .min(1),
    /** Row-major, the first axis slowest. */
    values: z.array(finite),
    value_scale: z.enum(['lr', 'log_lr']),
    interpolation: z.enum(['linear', 'nearest']),
  })
  .refine((table) => table.values.length === table.axes.reduce((n, axis) => n * axis.grid.length, 1), {
    error: 'must hold one value for each node of the axes',
    path: ['values'],
  });

export const policyTestSchema = z.strictObject({
  /** What happens, in order: one observation (null: missing; "nan", "inf" as strings) for each update; or its weights. */
  observations: z.array(z.union([finite, z.enum(['nan', 'inf', '-inf']), z.null(), z.array(finite)])),
  /** Rate and reason expected at each of these updates. */
  rates: z.array(positive),
  reasons: z.array(z.string()),
});

export const policySchema = z
  .strictObject({
    kind: z.literal('policy'),
    schema_version: schemaVersion,
    /** Names of features that a reader must know; a reader that does not refuses the file. */
    requires: z.array(z.string()).default([]),
    /** SHA-256 of the canonical body without this field and without clock fields. */
    policy_id: z.string(),
    name: z.string(),
    created_at: timestamp.optional(),
    form: z.enum(['feedback_table', 'open_loop', 'constant']),
    time: z.strictObject({
      unit: z.literal('update'),
      horizon: positiveCount,
      updates_per_epoch: nonnegative,
      /** A run of another length: refused, or its time scaled to this horizon. Past the horizon the last rate holds. */
      stretch: z.enum(['scale', 'clamp', 'refuse']),
    }),
    input: z
      .strictObject({
        /** What the filter was fitted to and the policy is to be shown: the loss at the perturbed inputs or the clean ones. */
        name: z.enum(['robust_loss', 'clean_loss']),
        split: z.enum(['train', 'validation']),
        statistic: z.enum(['batch_mean', 'epoch_mean']),
        transform: z.enum(['identity', 'log']),
        cadence_updates: positiveCount,
        max_age_updates: positiveCount,
        fallback_inputs: z.array(z.string()),
      })
      .nullable(),
    filter: z.discriminatedUnion('kind', [...filterSchema.options, weightsStateSchema]).nullable(),
    output: z.strictObject({
      quantity: z.literal('learning_rate'),
      applies_to: z.literal('all'),
      clip: clipSchema.nullable(),
      optimizer: sgdSchema.extend({ batch_size: batchSizeSchema }),
    }),
    table: policyTableSchema.nullable(),
    /** The policy's own mean trajectory; also the fallback where no observation comes. Linear between points. */
    open_loop: z.strictObject({ updates: increasing, rates: z.array(positive) }),
    guards: z.strictObject({
      lr_min: positive,
      lr_max: positive,
      max_up_ratio_per_update: z.number().min(1),
      max_down_ratio_per_update: z.number().min(1),
      warmup_updates: count,
      /** State box of the fit: outside it the open-loop rate is used, with the reason `fallback:out_of_support`. */
      support: z.record(z.string(), z.tuple([finite, finite])),
      max_consecutive_missing: count,
    }),
    fallback: z.strictObject({ on: z.array(z.enum(['missing', 'nan', 'inf', 'out_of_support', 'negative'])) }),
    objective: objectiveSchema,
    attack: trainingAttackSchema.nullable(),
    /** What the weights lower; cross-entropy, and the loss at the perturbed inputs alone, where a file does not say. */
    loss: lossSchema.optional(),
    training: trainingSchema.optional(),
    provenance: provenanceSchema,
    tests: z.array(policyTestSchema),
  })
  .meta({ title: 'hjb-lr policy' });

export type Policy = z.output<typeof policySchema>;
export type PolicyTable = z.output<typeof policyTableSchema>;
export type PolicyTest = z.output<typeof policyTestSchema>;
export type WeightsState = z.output<typeof weightsStateSchema>;
