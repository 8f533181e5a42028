import { z } from 'zod';
import { CLOSURE_NAMES, nodesSchema } from '../../closures/schemas.js';
import { evaluationAttackSchema } from './attacks.js';
import { count, distinct, fraction, isIncreasing, positive, positiveCount, schemaVersion } from '../shared/common.js';
import { measurementsSchema } from './measurements.js';
import {
  averagesTwice,
  AVERAGES_TWICE,
  averagingSchema,
  batchSizeSchema,
  clipSchema,
  optimizerSchema,
} from './update-rule.js';
import { workloadSchema } from './workload.js';

export * from './update-rule.js';
export * from './workload.js';

export const objectiveSchema = z.strictObject({
  metric: z.enum(['clean', 'adversarial']).default('adversarial'),
  split: z.enum(['train', 'validation']).default('train'),
  form: z.enum(['terminal', 'integral']).default('terminal'),
});

/** A run of plain D-Adaptation SGD whose final rate is read, and whose weights are thrown away. */
export const readingSchema = z.strictObject({
  method: z.literal('d_adaptation'),
  /** The pilot's peak is this many times the reading. */
  multiple: positive.default(1.3),
  initial_distance_factor: positive.default(1e-3),
  minimum_updates: positiveCount.default(30),
  maximum_fraction: fraction.default(0.1),
});

export const pilotSchema = z.strictObject({
  peak: z
    .discriminatedUnion('method', [
      readingSchema,
      z.strictObject({
        method: z.literal('paired_tournament'),
        /** Peaks tried, from the lowest to the highest, all on the same data order. */
        rates: z
          .array(positive)
          .min(3)
          .refine(isIncreasing, { error: 'must increase strictly: the peak is read off neighbouring rates' }),
        updates_fraction: fraction.default(0.02),
      }),
      z.strictObject({ method: z.literal('given'), peak: positive }),
    ])
    .prefault({ method: 'd_adaptation' }),
  runs: z.int().min(2).default(4),
  updates_per_run: z.int().min(25).default(50),
  /** Updates for which a drawn rate is held. */
  hold: positiveCount.default(12),
  /** Smallest drawn rate as a share of the peak. */
  lowest_fraction: z.number().positive().max(1).default(0.1),
  /** Largest share of one run's gradient evaluations that all pilots together may spend. */
  budget: positive.default(0.35),
});

export const estimationSchema = z.strictObject({
  closures: distinct(z.enum(CLOSURE_NAMES)).min(1).default(CLOSURE_NAMES),
  bootstrap: z.int().min(0).default(50),
  /** The policy follows the selected closure only if it predicts runs left out of its fit this well (relative). */
  maximum_prediction_error: positive.default(0.1),
});

export const solverSchema = z.strictObject({
  nodes: nodesSchema.prefault({}),
  steps: z.int().min(2).default(200),
  tolerance: positive.default(1e-8),
  maximum_policy_iterations: positiveCount.default(50),
});

export const policyOptionsSchema = z.strictObject({
  warmup_fraction: fraction.default(0.02),
  clip: clipSchema.nullable().prefault({}),
});

export const evaluationSchema = z.strictObject({
  attack: evaluationAttackSchema.optional(),
  /** Later starts and attacks leave misclassified examples alone: the same accuracies, and robust losses from below. */
  spare_misclassified: z.boolean().default(false),
  /** Signs that the scores cannot be believed, looked for on test examples at the end of a run. */
  checks: z
    .strictObject({
      examples: positiveCount.default(100),
      /** Of the random search, per example. */
      queries: positiveCount.default(100),
    })
    .nullable()
    .prefault({}),
  train_examples: positiveCount.default(2000),
  test_examples: positiveCount.default(2000),
  batch_size: positiveCount.default(500),
  seed: count.default(0),
});

/** Complete methods by name (`src/schedules/named.ts`), which take their rate from a reading. */
export const NAMED_SCHEDULES = ['sf7', 'sf7k', 'h'] as const;

export const benchmarkSchema = z.strictObject({
  fixed_rates: distinct(positive).min(1),
  /** Decays run at the best fixed rate and, with the policy's clip and warm-up, at the pilot's own peak. */
  decays: distinct(z.enum(['linear', 'wsd'])).default(['linear', 'wsd']),
  schedule_free: z
    .strictObject({ rate: positive, warmup_fraction: fraction })
    .nullable()
    .default({ rate: 2, warmup_fraction: 0.05 }),
  /** Schedules by name that take their rate from a reading of its own for each seed, which they are charged for. */
  named: distinct(z.enum(NAMED_SCHEDULES)).default([]),
});

export { attackSchema, type AttackSpec } from './attacks.js';

/** Why measurements and another training than the standard one do not go together. */
export const NOT_MEASURABLE = 'are of standard training, whose loss is that at the perturbed inputs: leave them out';

/** Whether what is measured is what training descends along. */
export function isMeasurable(
  { training }: { readonly training?: { readonly type: string } | undefined },
  measurements: readonly unknown[],
): boolean {
  return measurements.length === 0 || training === undefined || training.type === 'standard';
}

/** What a user writes; every default is filled in at the door and echoed in the artifacts. */
export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional(),
    kind: z.literal('experiment'),
    schema_version: schemaVersion,
    name: z.string().min(1),
    /** A workload described here, or the path of a module that exports one (relative to this file). */
    workload: z.union([z.string().min(1), workloadSchema]),
    objective: objectiveSchema.prefault({}),
    optimizer: optimizerSchema.prefault({}),
    averaging: averagingSchema.nullable().default(null),
    batch_size: batchSizeSchema,
    /** Length of one run, in updates. */
    horizon: z.int().min(2),
    seeds: distinct(count).min(1),
    pilot: pilotSchema.prefault({}),
    estimation: estimationSchema.prefault({}),
    solver: solverSchema.prefault({}),
    policy: policyOptionsSchema.prefault({}),
    evaluation: evaluationSchema.prefault({}),
    /** Taken along every run that is scored, and charged to it. */
    measurements: measurementsSchema.default([]),
    benchmark: benchmarkSchema.optional(),
  })
  .refine((experiment) => !averagesTwice(experiment), { error: AVERAGES_TWICE, path: ['averaging'] })
  .refine(({ workload, measurements }) => typeof workload === 'string' || isMeasurable(workload, measurements), {
    error: NOT_MEASURABLE,
    path: ['measurements'],
  })
  .meta({ title: 'hjb-lr experiment' });

export type Experiment = z.output<typeof experimentSchema>;
export type ExperimentInput = z.input<typeof experimentSchema>;
export type Objective = z.output<typeof objectiveSchema>;
export type ReadingOptions = z.output<typeof readingSchema>;
export type PilotOptions = z.output<typeof pilotSchema>;
export type EvaluationOptions = z.output<typeof evaluationSchema>;
