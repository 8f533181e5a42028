import { z } from 'zod';
import { benchmarkStudySchema } from '../../artifacts/study/study.js';
import { engineInfoSchema } from '../../artifacts/training-log/training-log.js';

const reportedRunSchema = z.strictObject({
  workload: z.string(),
  budget: z.number(),
  method: z.string(),
  /** Of the tuning; 0 where there is one alone. */
  repetition: z.int().nonnegative(),
  seed: z.int().nonnegative(),
  /** Indices of tasks; null: the workload has no such run. */
  train: z.int().nonnegative().nullable(),
  score: z.int().nonnegative().nullable(),
  /** The choice of its setting; null where nothing was tuned. */
  select: z.int().nonnegative().nullable(),
  /** Why there is no such run. */
  left_out: z.string().nullable(),
});

/** The study, complete, and where its runs are in the manifest: what results are collected by (`study.json`). */
export const studyPlanSchema = z.strictObject({
  kind: z.literal('study_plan'),
  schema_version: z.string(),
  study: benchmarkStudySchema,
  engine: engineInfoSchema,
  /** Of one run at every workload and budget, in gradient evaluations; and the loss of the best constant prediction. */
  units: z.array(
    z.strictObject({
      workload: z.string(),
      budget: z.number(),
      one_run: z.number(),
      constant_loss: z.number(),
      dataset: z.string(),
      experiment_sha256: z.string(),
    }),
  ),
  runs: z.array(reportedRunSchema),
});

export type ReportedRun = z.output<typeof reportedRunSchema>;
export type StudyPlan = z.output<typeof studyPlanSchema>;
