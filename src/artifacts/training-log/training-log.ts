import { z } from 'zod';
import { count, finite, fraction, nonnegative, positiveCount, schemaVersion, timestamp } from '../shared/common.js';
import { trainingAttackSchema } from '../experiment/attacks.js';
import {
  augmentationSchema,
  averagingSchema,
  batchSizeSchema,
  clipSchema,
  evaluationSchema,
  lossSchema,
  modelSchema,
  objectiveSchema,
  trainingSchema,
  type Objective,
} from '../experiment/experiment.js';
import { logNumberSchema as logNumber } from '../shared/log-number.js';
import { logMeasurementSchema, measurementsSchema, type LogMeasurement } from '../experiment/measurements.js';

export type { LogNumber } from '../shared/log-number.js';
export type { LogMeasurement } from '../experiment/measurements.js';

export const engineInfoSchema = z.strictObject({
  engine: z.enum(['native', 'fused', 'tfjs']),
  backend: z.string(),
  kernel: z.string(),
  threads: positiveCount,
  version: z.string(),
});

export const logHeaderSchema = z.strictObject({
  kind: z.literal('training_log'),
  schema_version: schemaVersion,
  tool_version: z.string(),
  run_id: z.string(),
  /** What the run is for: `train`, `train/reading`, `pilot/reading`, `pilot/identification`, `pilot/tournament`. */
  purpose: z.string(),
  seed: count,
  ...engineInfoSchema.shape,
  lr_schedule: z.looseObject({ name: z.string() }),
  optimizer: z.looseObject({ name: z.string() }),
  clip: clipSchema.nullable(),
  /** What the evaluated weights are an average of, in the log of a run that averages. */
  averaging: averagingSchema.optional(),
  batch_size: batchSizeSchema,
  updates: positiveCount,
  /** Length of the full run that this one belongs to or prepares, in updates. */
  horizon: positiveCount,
  /** Training examples over the mean batch size of the horizon. */
  updates_per_epoch: nonnegative,
  objective: objectiveSchema,
  loss: lossSchema.default('cross_entropy'),
  attack: trainingAttackSchema.nullable(),
  training: trainingSchema.prefault({ type: 'standard' }),
  augmentation: augmentationSchema.optional(),
  /** Of a model with batch normalisation that is attacked in training mode. */
  attack_mode: z.enum(['inference', 'train']).optional(),
  dataset: z.looseObject({ name: z.string(), sha256: z.string(), train: count, validation: count, test: count }),
  model: modelSchema.nullable(),
  parameters: positiveCount,
  /** How the weights are scored, in the log of a run that is. */
  evaluation: evaluationSchema.optional(),
  /** What is measured on the way, in the log of a run that is. */
  measurements: measurementsSchema.optional(),
  host: z.string().optional(),
  started_at: timestamp.optional(),
});

/** One update: what was seen before it, and the step that was taken. */
export const logStepSchema = z.strictObject({
  type: z.literal('step'),
  /** Updates done before this one. */
  update: count,
  epoch: nonnegative,
  /** Learning rate in force for this update. */
  lr: logNumber,
  /** Why the rate is what it is: `table`, `warmup`, `fallback:missing`, `schedule`, ... */
  reason: z.string(),
  train_loss: logNumber.optional(),
  /** Minibatch loss at the perturbed points, before the update. */
  train_robust_loss: logNumber.optional(),
  /** The same on a validation minibatch, where the objective asks for it. */
  val_loss: logNumber.optional(),
  val_robust_loss: logNumber.optional(),
  /** Norm of the minibatch gradient, before the clip. */
  grad_norm: logNumber,
  /** min(1, G/|g|) of the clip; 1 without one. */
  clip_factor: logNumber,
  /** Length of the step really taken, |theta' - theta|. */
  step_length: logNumber,
  /** Cumulative gradient evaluations: minibatch gradients, those of the attack included. */
  n_grad_evals: count,
  /** Where the batch size follows a schedule: the size of this update, and gradients of single examples so far. */
  batch_size: positiveCount.optional(),
  n_example_grads: count.optional(),
  wall_s: nonnegative.optional(),
});

/** Signs that scores cannot be believed, looked for on some test examples at the end of a run. */
const checksSchema = z.strictObject({
  examples: positiveCount,
  /** Largest difference of the logits of two equal forward passes. */
  logit_difference: logNumber,
  /** Whether every example's logits are nonnegative and have the sum 1 within 1e-5. */
  softmax_outputs: z.boolean(),
  /** Share of the examples at which the gradient of the training loss in the input is exactly 0. */
  zero_gradients: fraction,
  /** Accuracy that the attack leaves on these examples, 20 steps along the margin of that, and random search of that. */
  robust_acc: fraction.optional(),
  margin_acc: fraction.optional(),
  random_search_acc: fraction.optional(),
  /** Forward passes of one example that the checks spent, and gradients at most: misclassified examples are spared. */
  n_forward_evals: count,
  n_grad_evals: count,
});

export const scoreWarningSchema = z.strictObject({
  code: z.enum(['randomised_outputs', 'softmax_outputs', 'zero_gradients', 'masking']),
  /** One sentence with the number, and what to do. */
  message: z.string(),
});

/** Losses and accuracies on fixed examples, in the middle or at the end of a run. */
export const logEvaluationSchema = z.strictObject({
  type: z.literal('evaluation'),
  update: count,
  train_robust_loss: logNumber,
  test_robust_loss: logNumber,
  test_loss: logNumber,
  train_loss: logNumber,
  test_acc: finite,
  test_robust_acc: finite,
  /** Where the objective is of the validation split. */
  validation_loss: logNumber.optional(),
  validation_robust_loss: logNumber.optional(),
  /** The attack of the robust figures, in words. */
  attack: z.string().optional(),
  /** Of several attacks each: its own robust test accuracy, and that of it and all before it together. */
  test_attacks: z
    .array(
      z.strictObject({
        attack: z.string(),
        /** Missing where misclassified examples were spared. */
        robust_acc: fraction.optional(),
        worst_case_acc: fraction,
      }),
    )
    .optional(),
  checks: checksSchema.optional(),
  /** What makes the scores hard to believe, after AutoAttack (Croce & Hein 2020). */
  warnings: z.array(scoreWarningSchema).optional(),
});

export const logEndSchema = z.strictObject({
  type: z.literal('end'),
  status: z.enum(['completed', 'diverged', 'killed']),
  reason: z.string().optional(),
  updates: count,
  n_grad_evals: count,
  /** How many of them went into measurements; absent where nothing is measured. */
  measurement_grad_evals: count.optional(),
  /** Where the final weights were kept, beside the log. */
  weights: z.strictObject({ file: z.string(), sha256: z.string() }).optional(),
  /** Gradients of single examples, where the batch size follows a schedule. */
  n_example_grads: count.optional(),
  /** What a run was for, in numbers: the reading of a D-Adaptation run, for example. */
  summary: z.record(z.string(), finite).optional(),
});

export const logRowSchema = z.discriminatedUnion('type', [
  logStepSchema,
  logEvaluationSchema,
  logMeasurementSchema,
  logEndSchema,
]);

export type EngineInfo = z.output<typeof engineInfoSchema>;
export type LogHeader = z.output<typeof logHeaderSchema>;
export type LogStep = z.output<typeof logStepSchema>;
export type LogEvaluation = z.output<typeof logEvaluationSchema>;
export type ScoreChecks = z.output<typeof checksSchema>;
export type ScoreWarning = z.output<typeof scoreWarningSchema>;
export type LogEnd = z.output<typeof logEndSchema>;
export type LogRow = z.output<typeof logRowSchema>;

/** Column of the step rows that holds the objective's minibatch loss; without an attack every loss is clean. */
export function observedColumn({ metric, split }: Objective, attacked: boolean) {
  const clean = metric === 'clean' || !attacked;
  if (split === 'validation') return clean ? 'val_loss' : 'val_robust_loss';
  return clean ? 'train_loss' : 'train_robust_loss';
}

/** A whole training log as read from disk. */
export interface TrainingLog {
  readonly header: LogHeader;
  readonly steps: readonly LogStep[];
  readonly evaluations: readonly LogEvaluation[];
  readonly measurements: readonly LogMeasurement[];
  readonly end: LogEnd | null;
}
