import type { z } from 'zod';
import { coefficientsSchema } from './coefficients/coefficients.js';
import { controlProblemSchema } from './control-problem/control-problem.js';
import { experimentFileSchema } from './experiment/experiment.js';
import { policySchema } from './policy/policy.js';
import { resultsSchema } from './results/results.js';
import { sdeAnalysisSchema } from './sde-analysis/sde-analysis.js';
import { sgdModelSchema } from './sgd-model/sgd-model.js';
import { solutionSchema } from './solution/solution.js';
import { studyResultsSchema } from './study/study-results.js';
import { benchmarkStudySchema } from './study/study.js';
import { logHeaderSchema } from './training-log/training-log.js';

/** The schema of every file that passes between stages, by its `kind`. */
export const ARTIFACT_SCHEMAS = {
  experiment: experimentFileSchema,
  training_log: logHeaderSchema,
  coefficients: coefficientsSchema,
  control_problem: controlProblemSchema,
  solution: solutionSchema,
  policy: policySchema,
  results: resultsSchema,
  benchmark_study: benchmarkStudySchema,
  study_results: studyResultsSchema,
  sgd_model: sgdModelSchema,
  sde_analysis: sdeAnalysisSchema,
} satisfies Record<string, z.ZodType>;

export type ArtifactKind = keyof typeof ARTIFACT_SCHEMAS;
