import { z } from 'zod';
import { comparisonSchema } from '../results/method-result.js';
import { seriesSchema } from '../results/run-result.js';
import { count, finite, fraction, kind, nonnegative, positive, positiveCount, versionField } from '../shared/common.js';
import { provenanceSchema } from '../shared/provenance.js';
import { engineInfoSchema } from '../training-log/training-log.js';
import { benchmarkStudySchema } from './study.js';

const figure = finite.nullable();

const runSchema = z.strictObject({
  workload: z.string().describe('Name of the workload.'),
  budget: positive.describe("Length of the run, as a multiple of the workload's horizon."),
  method: z.string().describe('Name of the method.'),
  repetition: count.describe('Repetition of the tuning that chose the setting; 0 where there is one alone.'),
  seed: count.describe('Seed of the run.'),
  status: z
    .enum(['completed', 'diverged', 'failed', 'left_out'])
    .describe(
      'Status of the run: completed; diverged, with a loss or weights that are no longer finite; failed, before it could ' +
        'train; or left out of the study.',
    ),
  reason: z.string().nullable().describe('Reason of a status other than completed. Null without one.'),
  setting: z
    .record(z.string(), finite)
    .nullable()
    .describe("Values of the method's grid that the run trained with. Null for a method without a grid."),
  train_robust_loss: figure.describe('Final loss at perturbed training inputs. Null where there is none.'),
  validation_robust_loss: figure
    .optional()
    .describe('Final loss at perturbed validation inputs; present where it decides between methods.'),
  test_acc: fraction.nullable().describe('Final accuracy on clean test inputs, in [0, 1]. Null without a run.'),
  test_robust_acc: fraction
    .nullable()
    .describe('Final accuracy on perturbed test inputs, in [0, 1]. Null without a run.'),
  strong_robust_acc: fraction
    .nullable()
    .describe('Final accuracy under the strong attack, in [0, 1]. Null where it was not taken.'),
  dead: z
    .boolean()
    .describe('Whether the run ended no better than the best constant prediction, or diverged or failed.'),
  score: finite.describe(
    'Normalised score: 0 for the loss of the best constant prediction or above it, or without a finite loss; 1 for the mean of ' +
      'the reference method.',
  ),
  run_grad_evals: count.describe('Gradient evaluations of minibatches in the run.'),
  spent_grad_evals: count.describe('Gradient evaluations of minibatches before the run: pilot, readings, tuning.'),
  time_to_target: nonnegative
    .nullable()
    .describe('Gradient evaluations of the run until its loss came to the target. Null where it never did.'),
  series: seriesSchema.nullable().describe('Series of a few hundred points along the run. Null without a run.'),
});

const intervalSchema = z.strictObject({
  value: finite.describe('Point estimate.'),
  low: finite.describe('Lower end of the 95 % interval of the stratified bootstrap.'),
  high: finite.describe('Upper end of the 95 % interval of the stratified bootstrap.'),
});

const cellSchema = z.strictObject({
  workload: z.string().describe('Name of the workload.'),
  budget: positive.describe("Length of the runs, as a multiple of the workload's horizon."),
  method: z.string().describe('Name of the method.'),
  mean: figure.describe('Mean of the deciding figure over the seeds. Null where a run has none.'),
  standard_error: nonnegative.nullable().describe('Standard error of the mean. Null where it is not known.'),
  strong_robust_acc: fraction
    .nullable()
    .describe('Mean accuracy under the strong attack. Null where it was not taken.'),
  test_robust_acc: fraction
    .nullable()
    .describe('Mean accuracy under the usual scoring attack. Null where a run has none.'),
  cost_in_runs: nonnegative
    .nullable()
    .describe('Mean cost of a seed, tuning and pilot included, in runs. Null without runs.'),
  divergence_rate: fraction.describe('Share of the runs that diverged.'),
  death_rate: fraction.describe('Share of the runs that are dead, diverged and failed ones among them.'),
  failed: count.describe('Number of runs that could not be trained.'),
  setting_spread: nonnegative
    .nullable()
    .describe(
      'Sensitivity: mean relative loss of the settings next to the chosen one in the grid, less 1. Null without a grid.',
    ),
  time_to_target: z
    .strictObject({
      median: nonnegative.nullable().describe('Kaplan-Meier median, in runs. Null where fewer than half arrive.'),
      restricted_mean: nonnegative.describe('Mean time restricted to the length of a run, in runs.'),
      reached: count.describe('Number of runs that came to the target.'),
      runs: count.describe('Number of runs.'),
    })
    .nullable()
    .describe('Time until the loss comes to the final loss of the reference, tuning left out. Null without a target.'),
  comparison: comparisonSchema
    .nullable()
    .describe(
      'Comparison of the subject with this method, by paired seeds. Null for the subject itself, and for a method that was left out.',
    ),
});

const aggregateSchema = z.strictObject({
  budget: positive.describe("Length of the runs, as a multiple of each workload's horizon."),
  method: z.string().describe('Name of the method.'),
  workloads: positiveCount.describe('Number of workloads that the method has runs of.'),
  interquartile_mean: intervalSchema.describe('Interquartile mean of the normalised scores of all runs.'),
  profile: z.array(fraction).describe('Share of the runs whose normalised score is above each of profile_scores.'),
  improvement: intervalSchema
    .nullable()
    .describe(
      'Probability that a run of the subject has a higher score than one of this method. Null for the subject.',
    ),
});

export const studyResultsSchema = z
  .strictObject({
    kind: kind('study_results'),
    schema_version: versionField('study_results'),
    name: z.string().describe('Name of the study.'),
    study: benchmarkStudySchema.describe('Study that was run, every default filled in.'),
    engine: engineInfoSchema.describe('Program that carried out the training.'),
    node: z.string().describe('Version of Node that all tasks ran on.'),
    workloads: z
      .array(
        z.strictObject({
          workload: z.string().describe('Name of the workload.'),
          budget: positive.describe("Length of the runs, as a multiple of the workload's horizon."),
          one_run_grad_evals: positive.describe('Gradient evaluations of one plain run, the unit of costs.'),
          constant_loss: finite.describe('Loss of the best constant prediction.'),
          target: figure.describe(
            'Loss whose time of arrival is taken: the median final loss of the reference. Null without.',
          ),
          dataset_sha256: z.string().describe('SHA-256 of the data that were trained on.'),
          experiment_sha256: z.string().describe('SHA-256 of the experiment at this length.'),
        }),
      )
      .describe('Workloads of the study at every budget.'),
    runs: z.array(runSchema).describe('Runs of the study, failed ones among them.'),
    cells: z.array(cellSchema).describe('Methods at every workload and budget.'),
    profile_scores: z.array(finite).describe('Normalised scores of the performance profiles.'),
    aggregates: z.array(aggregateSchema).describe('Methods over all workloads at every budget.'),
    provenance: provenanceSchema,
  })
  .meta({ title: 'hjb-lr results of a benchmark study' });

export type StudyResults = z.output<typeof studyResultsSchema>;
export type StudyRun = StudyResults['runs'][number];
export type StudyCell = StudyResults['cells'][number];
