import { z } from 'zod';
import { createAttack } from '../../attacks/create-attack.js';
import type { Objective } from '../experiment/experiment.js';
import { logMeasurementSchema, type LogMeasurement } from '../experiment/measurements.js';
import { count, finite } from '../shared/common.js';
import { artifactSha256 } from '../shared/hash.js';
import { logEvaluationSchema, type LogEvaluation } from './evaluation.js';
import type { LogHeader } from './header.js';
import { logLookSchema, type LogLook } from './look.js';
import { logStepSchema, type LogStep } from './step.js';

export type { LogMeasurement } from '../experiment/measurements.js';
export type { LogNumber } from '../shared/log-number.js';
export { scoreWarningSchema, type LogEvaluation, type ScoreChecks, type ScoreWarning } from './evaluation.js';
export { engineInfoSchema, logHeaderSchema, type EngineInfo, type LogHeader } from './header.js';
export { logLookSchema, type LogLook } from './look.js';
export { logStepSchema, type LogStep } from './step.js';

/** The last row: how the run ended. */
export const logEndSchema = z.strictObject({
  type: z.literal('end').describe('Type of the row: end of the run, the last row of a log.'),
  status: z
    .enum(['completed', 'diverged', 'killed'])
    .describe(
      'Status of the run at its end: completed; diverged, with a loss or weights that are no longer finite; or killed.',
    ),
  reason: z.string().optional().describe('Reason for the status of the run, in words.'),
  updates: count.describe('Number of updates done in the run.'),
  n_grad_evals: count
    .optional()
    .describe(
      'Number of gradient evaluations of minibatches in all, those of the attack and of measurements included.',
    ),
  measurement_grad_evals: count
    .optional()
    .describe('Number of gradient evaluations that went into measurements; missing where nothing is measured.'),
  returned_update: count
    .optional()
    .describe(
      'Number of updates after which the weights stood that the run returns, where it looked at a held-out loss.',
    ),
  weights: z
    .strictObject({
      file: z.string().describe('Name of the file of weights, beside the log.'),
      sha256: z.string().describe('SHA-256 of the bytes of the file of weights.'),
    })
    .optional()
    .describe('File that holds the final weights.'),
  n_example_grads: count
    .optional()
    .describe('Number of gradients of single examples in all, where the batch size changes along the run.'),
  summary: z
    .record(z.string(), finite)
    .optional()
    .describe('Result that the run was made for, as numbers by name: the estimate of a D-Adaptation run, for example.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe(
      'SHA-256 over the JSON of the header and of each row, this one without the field, a line each and without clock and host fields: ' +
        'the log is refused where it is not. A trainer of your own writes none.',
    ),
});

export const logRowSchema = z.discriminatedUnion('type', [
  logStepSchema,
  logEvaluationSchema,
  logMeasurementSchema,
  logLookSchema,
  logEndSchema,
]);

export type LogEnd = z.output<typeof logEndSchema>;
export type LogRow = z.output<typeof logRowSchema>;

/** Purposes of runs that find the peak: their rates follow the losses, or they share one data order. */
const PEAK_SEARCHES: readonly string[] = ['pilot/reading', 'pilot/tournament'];

/** Whether a run only looked for the peak rate. */
export function isPeakSearch({ purpose }: { readonly purpose: string }): boolean {
  return PEAK_SEARCHES.includes(purpose);
}

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
  /** Looks at the held-out loss, in their order. */
  readonly looks: readonly LogLook[];
  readonly end: LogEnd | null;
}

/** The same without the steps, of which there may be millions. */
export interface LogOutline extends Omit<TrainingLog, 'steps'> {
  /** Number of step rows. */
  readonly stepCount: number;
  readonly lastStep: LogStep | null;
}

/** What a whole log is without its steps. */
export function outlineOf({ steps, ...rest }: TrainingLog): LogOutline {
  return { ...rest, stepCount: steps.length, lastStep: steps.at(-1) ?? null };
}

/** SHA-256 of what a log tells of its run: the same wherever, by whatever release and on whatever Node it was written. */
export function logSha256({ header, steps, evaluations, measurements, looks, end }: TrainingLog): string {
  const { record: _record, host: _host, started_at: _started, ...run } = header;
  const { sha256: _own, ...ended } = end ?? {};
  const rows = steps.map(({ wall_s: _clock, ...step }) => step);
  const told = { header: run, steps: rows, evaluations, measurements, looks, end: end === null ? null : ended };
  return artifactSha256(told);
}

/** Updates that a run did itself: a forked one shares those before the fork with the run that it left. */
export function ownUpdates({ header, steps }: TrainingLog): number {
  return steps.length - (header.forked_from?.update ?? 0);
}

/**
 * Gradient evaluations of minibatches that a run spent: as it counted them, or else one for each update and those of its
 * attack's steps. A forked run is not charged for what it shares.
 */
export function gradientEvaluations(log: TrainingLog | LogOutline): number {
  const { header, stepCount, lastStep, end } = 'steps' in log ? outlineOf(log) : log;
  const { attack, forked_from } = header;
  const counted = end?.n_grad_evals ?? lastStep?.n_grad_evals;
  if (counted !== undefined) return counted - (forked_from?.n_grad_evals ?? 0);
  const ascent = attack === null ? 0 : createAttack(attack).gradientEvaluations;
  return Math.round(stepCount * (1 + ascent));
}
