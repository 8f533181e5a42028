import { z } from 'zod';
import { count, createdAt, digestField, kind, versionField } from '../shared/common.js';
import { provenanceSchema } from '../shared/provenance.js';
import { studySections } from './sde-studies.js';
import { keptPerturbationsSchema } from './kept-perturbations.js';
import { sdeControlSchema } from './sde-control.js';
import { sdePointSchema } from './sde-point.js';
import { sgdModelSchema } from '../sgd-model/sgd-model.js';

/** What `hjb-lr sde` found out: the points always, every other section where it was asked for. */
export const sdeResultSchema = z.strictObject({
  seed: count.describe('Seed of everything that was drawn.'),
  weights: z.array(z.string()).describe('Names of the weights, in the order of every vector and matrix.'),
  points: z
    .array(sdePointSchema)
    .describe(
      'Coefficients of the SDE at each point that the model asks for; none where perturbations are kept, whose SDE is ' +
        'one of weights and perturbations together.',
    ),
  effective_loss: z
    .strictObject({
      exists: z.boolean().describe('Whether the mean update field is the gradient of a loss.'),
      sentence: z.string().describe('Grounds for whether an effective loss exists, in one sentence.'),
    })
    .describe('Existence of an effective loss, whose gradient is the mean update field, as far as it was looked at.'),
  warnings: z.array(z.string()).describe('Warnings about what makes the numbers hard to believe, one sentence each.'),
  kept: keptPerturbationsSchema
    .optional()
    .describe('Mean field of weights and kept perturbations, where the attack has "start": "kept".'),
  ...studySections,
  control: sdeControlSchema.optional().describe('Control of the learning rate over the weights (--control).'),
});

export const sdeAnalysisSchema = z
  .strictObject({
    kind: kind('sde_analysis'),
    schema_version: versionField('sde_analysis'),
    name: z.string().describe('Title of the model.'),
    created_at: createdAt,
    sha256: digestField,
    model: sgdModelSchema.describe('Model that was analysed, every default filled in.'),
    result: sdeResultSchema.describe(
      'Results of the analysis: the coefficients of the SDE, and every study that was asked for.',
    ),
    provenance: provenanceSchema,
  })
  .meta({ title: 'hjb-lr SDE of adversarial SGD' });

export type SdeAnalysis = z.output<typeof sdeAnalysisSchema>;
export type SdeResult = z.output<typeof sdeResultSchema>;
export type { SdeControl } from './sde-control.js';
export type SdePoint = SdeResult['points'][number];
