import { z } from 'zod';
import { count, finite, fraction, nonnegative } from '../shared/common.js';

const candidateSchema = z.strictObject({
  name: z.string().describe('Name of the schedule that was compared.'),
  gain: finite.describe('Mean over draws of its gain over the null, ln(loss of the null / its own loss).'),
  share: fraction.describe('Share of draws in which the gain is positive.'),
});

/** Checks that a schedule must pass before a guarded policy leaves WSD at the peak for it, in the order in which they are made. */
export const DECISION_CHECKS = ['fitted', 'identified', 'predicted', 'finite', 'better'] as const;

const failedCheckSchema = z.strictObject({
  check: z
    .enum(DECISION_CHECKS)
    .describe(
      'Check that failed: the runs of the pilot could be fitted; they show what a decay releases (identified); a model ' +
        'predicts left-out runs (predicted); its losses are finite; a schedule is better in enough draws.',
    ),
  found: finite
    .nullable()
    .describe('Least error of a model (predicted) or largest share of draws (better). Null for the other checks.'),
  needed: finite.nullable().describe('Bound that it did not reach. Null for the other checks.'),
});

/** How a guarded policy chose between its null and what a model says. */
export const decisionSchema = z.strictObject({
  null: z
    .enum(['wsd', 'linear'])
    .describe("Plain decay at the pilot's peak that the others are compared with: wsd, unless linear decay beats it."),
  followed: z
    .string()
    .describe(
      'Schedule that the policy follows: wsd, linear, wsd_10, wsd_50, linear_squared, mean_minimiser, draw_N, hjb_mean or feedback.',
    ),
  deviated: z.boolean().describe('Whether the policy follows anything but WSD at the peak.'),
  reason: z.string().describe('Reason for the choice, in one sentence.'),
  failed_check: failedCheckSchema
    .nullable()
    .optional()
    .describe(
      'Check for which the policy is WSD at the peak. Null where it is another schedule; missing in files from before it was kept.',
    ),
  draws: count.describe('Number of draws of the parameters under which the schedules were simulated; 0 for none.'),
  difference_error: nonnegative
    .nullable()
    .describe('Error of differences between schedules that is added to every gain, of ln loss. Null without draws.'),
  gain: finite
    .nullable()
    .describe('Mean gain of what is followed, or of the best that was refused, over the null. Null without draws.'),
  share: fraction.nullable().describe('Share of draws in which that gain is positive. Null without draws.'),
  interval: z
    .tuple([finite, finite])
    .nullable()
    .describe('Central 90 % interval of that gain over draws. Null without draws.'),
  predicted: z
    .strictObject({
      median: finite.describe('Median of the predicted final loss of the schedule that the policy follows.'),
      interval: z.tuple([finite, finite]).describe('Central 95 % interval of it, the error on runs left out added.'),
    })
    .nullable()
    .optional()
    .describe('Loss that the run is predicted to come to, before it starts. Null without draws.'),
  candidates: z.array(candidateSchema).describe('All schedules that were compared, with their gains over the null.'),
});

export type Decision = z.output<typeof decisionSchema>;
