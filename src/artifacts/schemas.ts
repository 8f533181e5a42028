import type { z } from 'zod';
import { coefficientsSchema } from './coefficients.js';
import { controlProblemSchema } from './control-problem.js';
import { experimentSchema } from './experiment.js';
import { policySchema } from './policy.js';
import { resultsSchema } from './results.js';
import { sdeAnalysisSchema } from './sde-analysis.js';
import { sgdModelSchema } from './sgd-model.js';
import { solutionSchema } from './solution.js';
import { logHeaderSchema } from './training-log.js';

/** The schema of every file that passes between stages, by its `kind`. */
export const ARTIFACT_SCHEMAS = {
  experiment: experimentSchema,
  training_log: logHeaderSchema,
  coefficients: coefficientsSchema,
  control_problem: controlProblemSchema,
  solution: solutionSchema,
  policy: policySchema,
  results: resultsSchema,
  sgd_model: sgdModelSchema,
  sde_analysis: sdeAnalysisSchema,
} satisfies Record<string, z.ZodType>;

export type ArtifactKind = keyof typeof ARTIFACT_SCHEMAS;
