import { z } from 'zod';
import { count, finite, nonnegative, positive, positiveCount, schemaVersion, timestamp } from '../shared/common.js';
import { coefficientsSchema } from '../coefficients/coefficients.js';
import { experimentSchema } from '../experiment/experiment.js';
import { QUANTITIES } from '../experiment/measurements.js';
import { provenanceSchema } from '../shared/provenance.js';
import { closureSolutionSchema } from '../solution/solution.js';
import { engineInfoSchema, scoreWarningSchema } from '../training-log/training-log.js';

/** A few hundred points of one run, for the figures: block means of the loss, the rate at the block's first update. */
export const seriesSchema = z.strictObject({
  update: z.array(count),
  lr: z.array(finite),
  loss: z.array(finite.nullable()),
});

/** What is measured along a run, as figures show it; see `measurements` of an experiment. */
export const measuredSeriesSchema = z.partialRecord(
  z.enum(QUANTITIES),
  z.strictObject({ update: z.array(count), value: z.array(finite.nullable()) }),
);

/**
 * What may decide between methods: a final loss on fixed examples, or the mean over the run of the minibatch losses of
 * its updates.
 */
export const DECIDING_FIGURES = [
  'train_robust_loss',
  'train_loss',
  'validation_robust_loss',
  'validation_loss',
  'run_mean_loss',
] as const;

export const decidedBySchema = z.strictObject({
  figure: z.enum(DECIDING_FIGURES),
  /** The figure in words. */
  words: z.string(),
  /** Where it is not the objective's own: why. */
  note: z.string().nullable(),
});

export const METRICS = ['train_robust_loss', 'test_robust_loss', 'test_acc', 'test_robust_acc'] as const;

export const runResultSchema = z.strictObject({
  seed: count,
  log: z.string(),
  status: z.enum(['completed', 'diverged', 'killed']),
  /** A network is dead if its final adversarial training loss is within 2 % of ln(classes), above it, or not finite. */
  dead: z.boolean(),
  train_robust_loss: finite.nullable(),
  test_robust_loss: finite.nullable(),
  test_acc: finite.nullable(),
  test_robust_acc: finite.nullable(),
  /** The figure that decides, where it is none of these. */
  train_loss: finite.nullable().optional(),
  validation_robust_loss: finite.nullable().optional(),
  validation_loss: finite.nullable().optional(),
  run_mean_loss: finite.nullable().optional(),
  /** Gradient evaluations of the final run, and of everything spent before it to choose it. */
  run_grad_evals: count,
  pilot_grad_evals: count,
  /** What makes the scores of this run hard to believe. */
  warnings: z.array(scoreWarningSchema).optional(),
  series: seriesSchema,
  /** Where the experiment has measurements. */
  measured: measuredSeriesSchema.optional(),
});

export const summarySchema = z.strictObject({ mean: finite.nullable(), standard_error: nonnegative.nullable() });

export const methodResultSchema = z.strictObject({
  id: z.string(),
  label: z.string(),
  family: z.enum(['policy', 'fixed', 'fixed_clipped', 'decay', 'null_hypothesis', 'schedule_free', 'named']),
  /** Learning rate, or peak, of this method: the same for all seeds, else null. */
  rate: positive.nullable(),
  runs: z.array(runResultSchema),
  summary: z.strictObject({
    train_robust_loss: summarySchema,
    test_robust_loss: summarySchema,
    test_acc: summarySchema,
    test_robust_acc: summarySchema,
    train_loss: summarySchema.optional(),
    validation_robust_loss: summarySchema.optional(),
    validation_loss: summarySchema.optional(),
    run_mean_loss: summarySchema.optional(),
    /** Gradient evaluations in units of one run at a fixed rate. */
    cost_in_runs: finite,
    grad_evals: finite,
    dead: count,
  }),
});

export const comparisonSchema = z.strictObject({
  against: z.string(),
  /** Policy minus the other, of the figure that decides, paired by seed. */
  difference: finite.nullable(),
  standard_error: nonnegative.nullable(),
  relative: finite.nullable(),
});

export const resultsSchema = z
  .strictObject({
    kind: z.literal('results'),
    schema_version: schemaVersion,
    name: z.string(),
    created_at: timestamp.optional(),
    experiment: experimentSchema,
    experiment_sha256: z.string(),
    engine: engineInfoSchema,
    dataset: z.looseObject({ name: z.string(), sha256: z.string() }),
    one_run_grad_evals: positiveCount,
    methods: z.array(methodResultSchema),
    best_fixed: z.string(),
    best_fixed_at_grid_end: z.boolean(),
    comparisons: z.array(comparisonSchema),
    /** How final losses and accuracies were taken, in words. */
    scoring: z.string().optional(),
    /** What ranks the methods; the final adversarial training loss in files of before it was recorded. */
    decided_by: decidedBySchema.optional(),
    verdict: z.strictObject({ won: z.boolean(), sentences: z.array(z.string()).min(1) }),
    /** What each seed's own pilot, estimate and solve gave. */
    seeds: z.array(
      z.strictObject({
        seed: count,
        peak: positive,
        followed: z.string(),
        coefficients: coefficientsSchema,
        solution: closureSolutionSchema.nullable(),
        policy_path: z.string(),
        /** SHA-256 of every artifact of this seed, by relative path. */
        artifacts: z.record(z.string(), z.string()),
      }),
    ),
    /** Seeds whose pilot gave no peak rate, and why: no method has a run of them. */
    failed_seeds: z.array(z.strictObject({ seed: count, reason: z.string() })).default([]),
    seconds: nonnegative.optional(),
    /** Node, platform, commit and command line of the process that wrote the file. */
    host: z.looseObject({}).optional(),
    provenance: provenanceSchema,
  })
  .meta({ title: 'hjb-lr results' });

export type Series = z.output<typeof seriesSchema>;
export type { Quantity } from '../experiment/measurements.js';
export type MeasuredSeries = z.output<typeof measuredSeriesSchema>;
export type RunResult = z.output<typeof runResultSchema>;
export type MethodResult = z.output<typeof methodResultSchema>;
export type Comparison = z.output<typeof comparisonSchema>;
export type DecidedBy = z.output<typeof decidedBySchema>;
export type DecidingFigure = DecidedBy['figure'];
export type Results = z.output<typeof resultsSchema>;

/** Mean and standard error of a method's figure; null where no run has it. */
export function figureSummary({ summary }: MethodResult, figure: DecidingFigure): z.output<typeof summarySchema> {
  return summary[figure] ?? { mean: null, standard_error: null };
}
