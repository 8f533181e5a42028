import { z } from 'zod';
import { averagingSchema, NAMED_SCHEDULES } from '../experiment/experiment.js';
import { isIncreasing, positive } from '../shared/common.js';

const methodName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+ -]{0,63}$/, 'must begin with a letter or digit; then also . _ + - and blanks')
  .describe('Name of the method in tables and messages, different from that of every other method.');

const scheduleSchema = z.strictObject({
  kind: z.literal('schedule').describe('Kind of the method: a schedule whose rates are given or tuned.'),
  name: methodName,
  schedule: z
    .string()
    .min(1)
    .describe(
      'Schedule as `hjb-lr train --schedule` takes it, with {name} where a value of the grid goes; for example ' +
        'cosine:peak={peak},warmup=0.05.',
    ),
  optimizer: z
    .looseObject({ name: z.string().describe('Name of the update rule, as in an experiment.') })
    .optional()
    .describe(
      "Update rule as in an experiment, a text {name} where a value of the grid goes; by default the schedule's own, or " +
        "the workload's.",
    ),
  averaging: averagingSchema
    .nullable()
    .optional()
    .describe("Average of the weights that is evaluated; the workload's by default, null for none."),
  grid: z
    .record(z.string(), z.array(positive).min(1).refine(isIncreasing, { error: 'must increase strictly' }))
    .default({})
    .describe('Values that tuning tries for every name in the schedule and the update rule; none by default.'),
});

/** A method of a study; the runs of every kind are described in `src/study/methods`. */
export const studyMethodSchema = z.discriminatedUnion('kind', [
  scheduleSchema,
  z.strictObject({
    kind: z
      .literal('policy')
      .describe("Kind of the method: the policy of each seed's own pilot, fit and solution, which it is charged for."),
    name: methodName,
    guarded: z
      .boolean()
      .default(true)
      .describe("Whether the policy is the guarded one (the default) or the solver's own, followed whatever it says."),
  }),
  z.strictObject({
    kind: z
      .literal('open_loop_replay')
      .describe("Kind of the method: a control that replays the open loop of the solver's policy and sees no loss."),
    name: methodName,
  }),
  z.strictObject({
    kind: z
      .literal('shuffled_coefficients')
      .describe(
        "Kind of the method: a control that follows the solver's policy of wrong coefficients, those of the closure with " +
          'their deviations from the priors exchanged.',
      ),
    name: methodName,
  }),
  z.strictObject({
    kind: z
      .literal('pilot_peak')
      .describe("Kind of the method: a control that takes the peak of each seed's pilot and no model."),
    name: methodName,
    schedule: z
      .string()
      .min(1)
      .describe("Schedule with {peak} where the pilot's peak goes; for example wsd:peak={peak}."),
  }),
  z.strictObject({
    kind: z.literal('named').describe('Kind of the method: a whole method by name at a reading of each seed.'),
    name: methodName,
    schedule: z.enum(NAMED_SCHEDULES).describe('Name of the whole method: sf7, sf7k or h.'),
  }),
  z.strictObject({
    kind: z.literal('recommended').describe('Kind of the method: the recommended method of each seed.'),
    name: methodName,
  }),
]);

export type StudyMethod = z.output<typeof studyMethodSchema>;
