import { z } from 'zod';
import { distinct, fraction, isIncreasing, positive, positiveCount } from '../shared/common.js';
import { CLOSURE_NAMES, nodesSchema } from '../../closures/schemas.js';
import { clipSchema } from './update-rule.js';

/** A run of plain D-Adaptation SGD whose final rate is read, and whose weights are thrown away. */
export const readingSchema = z.strictObject({
  method: z
    .literal('d_adaptation')
    .describe('A short run of D-Adaptation SGD, whose final rate is read; its weights are thrown away.'),
  multiple: positive.default(1.3).describe("The pilot's peak rate is this many times the reading."),
  initial_distance_factor: positive
    .default(1e-3)
    .describe('First estimate of the distance to the optimum, as a multiple of the first loss over its gradient norm.'),
  minimum_updates: positiveCount.default(30).describe('Fewest updates of the reading.'),
  maximum_fraction: fraction
    .default(0.1)
    .describe('Most updates of the reading, as a share of the horizon, but never below minimum_updates.'),
});

const tournamentSchema = z.strictObject({
  method: z.literal('paired_tournament').describe('Short runs at several peaks on the same data order are compared.'),
  rates: z
    .array(positive)
    .min(3)
    .refine(isIncreasing, { error: 'must increase strictly: the peak is read off neighbouring rates' })
    .describe('The peaks that are tried, from the lowest to the highest.'),
  updates_fraction: fraction.default(0.02).describe('Length of each of these runs, as a share of the horizon.'),
});

const givenPeakSchema = z.strictObject({
  method: z.literal('given').describe('The peak rate is given here.'),
  peak: positive.describe('The peak learning rate.'),
});

export const pilotSchema = z.strictObject({
  peak: z
    .discriminatedUnion('method', [readingSchema, tournamentSchema, givenPeakSchema])
    .prefault({ method: 'd_adaptation' })
    .describe('How the peak learning rate is found.'),
  runs: z.int().min(2).default(4).describe('Randomised runs that the closures are fitted to.'),
  updates_per_run: z.int().min(25).default(50).describe('Updates of each of them.'),
  hold: positiveCount.default(12).describe('Updates for which a drawn rate is held.'),
  lowest_fraction: z.number().positive().max(1).default(0.1).describe('Smallest drawn rate, as a share of the peak.'),
  budget: positive
    .default(0.35)
    .describe("Most that all pilot runs together may spend, as a share of one run's gradient evaluations."),
});

export const estimationSchema = z.strictObject({
  closures: distinct(z.enum(CLOSURE_NAMES))
    .min(1)
    .default(CLOSURE_NAMES)
    .describe('The reduced models that are fitted; the policy follows the one that predicts best.'),
  bootstrap: z.int().min(0).default(50).describe('Bootstrap samples behind standard errors; 0 for none.'),
  maximum_prediction_error: positive
    .default(0.1)
    .describe('The policy follows a closure only if it predicts runs left out of its fit this well (relative error).'),
});

export const solverSchema = z.strictObject({
  nodes: nodesSchema.prefault({}).describe('Nodes of the grid along each state.'),
  steps: z.int().min(2).default(200).describe('Time steps of the Hamilton-Jacobi-Bellman equation over the horizon.'),
  tolerance: positive
    .default(1e-8)
    .describe('Policy iteration stops when a step is known to this, relative to the largest value.'),
  maximum_policy_iterations: positiveCount.default(50).describe('Most policy iterations in one time step.'),
});

export const policyOptionsSchema = z.strictObject({
  warmup_fraction: fraction.default(0.02).describe('Length of the linear warm-up, as a share of the horizon.'),
  clip: clipSchema.nullable().prefault({}).describe('How gradients are clipped under the policy. Null for no clip.'),
});

export type ReadingOptions = z.output<typeof readingSchema>;
export type PilotOptions = z.output<typeof pilotSchema>;
