import { z } from 'zod';
import { fraction, isIncreasing, nonnegative, positive, positiveCount } from '../shared/common.js';

/** What an attack raises, where it is not the training loss. */
export const attackLossSchema = z.enum(['cross_entropy', 'margin', 'dlr']);

/** Attacks by the names that attack libraries use: norm, eps, alpha, steps, random_start, restarts. */
function attackTypes<Eps extends z.ZodType, Steps extends z.ZodType>(eps: Eps, steps: Steps) {
  return [
    z.strictObject({
      type: z.literal('pgd'),
      norm: z.enum(['Linf', 'L2']).default('Linf'),
      eps,
      steps,
      /** Length of one ascent step; 2.5 eps / steps by default. */
      alpha: positive.optional(),
      random_start: z.boolean().default(true),
      restarts: positiveCount.default(1),
      /** What it raises; the training loss by default. */
      loss: attackLossSchema.optional(),
      /** The last point of the ascent, or the one of the largest loss on the way. */
      keep: z.enum(['last', 'best']).default('last'),
    }),
    z.strictObject({
      type: z.literal('fgsm'),
      eps,
      /** Length of the one step; 1.25 eps by default (with random start). */
      alpha: positive.optional(),
      random_start: z.boolean().default(true),
      loss: attackLossSchema.optional(),
    }),
    z.strictObject({
      /** delta <- delta + eta_i (grad_x loss - lambda delta), K steps (Gu & Guo 2021). */
      type: z.literal('penalised_ascent'),
      steps,
      eta_i: positive,
      lambda: nonnegative,
    }),
  ] as const;
}

/** A number, or points [share of the run done, number] between which it goes. */
function scheduled(value: z.ZodNumber) {
  const points = z
    .array(z.tuple([fraction, value]))
    .min(1)
    .refine((all) => isIncreasing(all.map(([share]) => share)), { error: 'must have increasing shares of the run' });
  return z.union([value, z.strictObject({ schedule: points })]);
}

/** An attack that stays as it is. */
export const attackSchema = z.discriminatedUnion('type', [...attackTypes(nonnegative, positiveCount)]);

/** An attack to train against: eps is linear between the points of a schedule, steps hold until the next one. */
export const trainingAttackSchema = z.discriminatedUnion('type', [
  ...attackTypes(scheduled(nonnegative), scheduled(positiveCount)),
]);

/** The worst case of a model whose logits are linear in its input, in closed form; the box [0, 1] is ignored. */
const linearExactSchema = z.strictObject({
  type: z.literal('linear_exact'),
  norm: z.enum(['Linf', 'L2']).default('Linf'),
  eps: nonnegative,
});

/** An attack to score with. */
export const evaluationAttackSchema = z.discriminatedUnion('type', [
  ...attackTypes(nonnegative, positiveCount),
  linearExactSchema,
  z.strictObject({
    /** Of each example the worst case: misclassified before rightly classified, then by the training loss. */
    type: z.literal('best_of'),
    attacks: z
      .array(z.discriminatedUnion('type', [...attackTypes(nonnegative, positiveCount), linearExactSchema]))
      .min(1),
  }),
]);

export type AttackLossName = z.output<typeof attackLossSchema>;
export type AttackSpec = z.output<typeof attackSchema>;
export type TrainingAttackSpec = z.output<typeof trainingAttackSchema>;
export type TrainingAttackInput = z.input<typeof trainingAttackSchema>;
export type EvaluationAttackSpec = z.output<typeof evaluationAttackSchema>;
export type EvaluationAttackInput = z.input<typeof evaluationAttackSchema>;
/** One attack of an evaluation. */
export type SingleAttackSpec = Exclude<EvaluationAttackSpec, { type: 'best_of' }>;
