import { z } from 'zod';
import { distinct, fraction, isIncreasing, positive, positiveCount } from '../shared/common.js';
import { CLOSURE_NAMES, nodesSchema } from '../../closures/schemas.js';
import { clipSchema, recoverySchema } from './update-rule.js';

/** A run of plain D-Adaptation SGD whose final rate is read, and whose weights are thrown away. */
export const readingSchema = z.strictObject({
  method: z
    .literal('d_adaptation')
    .describe(
      'Method of finding the peak rate: a short run of D-Adaptation SGD, whose final rate is read; its weights are ' +
        'thrown away.',
    ),
  multiple: positive
    .default(1.3)
    .describe(
      "Factor from the learning rate that D-Adaptation reads to the pilot's peak rate, which momentum beta multiplies by " +
        '1 - beta; 1.3 by default.',
    ),
  initial_distance_factor: positive
    .default(1e-3)
    .describe(
      'First estimate of the distance to the optimum, as a multiple of the first loss over its gradient norm; 0.001 ' +
        'by default.',
    ),
  minimum_updates: positiveCount
    .default(30)
    .describe('Smallest number of updates of the D-Adaptation run; 30 by default.'),
  maximum_fraction: fraction
    .default(0.1)
    .describe(
      'Largest number of updates of the D-Adaptation run, as a share of the horizon, but never below ' +
        'minimum_updates; 0.1 by default.',
    ),
});

const tournamentSchema = z.strictObject({
  method: z
    .literal('paired_tournament')
    .describe('Method of finding the peak rate: a tournament of short runs at several peaks on the same data order.'),
  rates: z
    .array(positive)
    .min(3)
    .refine(isIncreasing, { error: 'must increase strictly: the peak is read off neighbouring rates' })
    .describe('Peak learning rates that the tournament tries, from the lowest to the highest.'),
  updates_fraction: fraction
    .default(0.02)
    .describe('Length of each run of the tournament, as a share of the horizon; 0.02 by default.'),
});

const givenPeakSchema = z.strictObject({
  method: z.literal('given').describe('Method of finding the peak rate: a value that is given here.'),
  peak: positive.describe('Peak learning rate of the pilot.'),
});

export const pilotSchema = z.strictObject({
  peak: z
    .discriminatedUnion('method', [readingSchema, tournamentSchema, givenPeakSchema])
    .prefault({ method: 'd_adaptation' })
    .describe("Method by which the pilot's peak learning rate is found; D-Adaptation by default."),
  runs: z
    .int()
    .min(2)
    .nullable()
    .default(null)
    .describe(
      'Number of independent pilot runs, to which the closures are fitted. Null (the default) takes 2 runs that fork ' +
        'into short decays, or 4 where updates_per_run is given.',
    ),
  updates_per_run: z
    .int()
    .min(25)
    .nullable()
    .default(null)
    .describe(
      'Number of updates of each pilot run at random rates, without decays. Null (the default) spends what the budget ' +
        'leaves, in proportion to the horizon, on runs that fork into short decays; on none where that is too little.',
    ),
  hold: positiveCount
    .default(12)
    .describe(
      'Number of updates for which a pilot run holds a randomly drawn rate, at most a quarter of a run that forks; 12 ' +
        'by default.',
    ),
  lowest_fraction: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe('Smallest rate that a pilot run may draw, as a share of the peak rate; 0.1 by default.'),
  budget: positive
    .default(0.35)
    .describe(
      'Largest cost of all pilot runs together, as a share of the gradient evaluations of one full run; 0.35 by ' +
        'default.',
    ),
});

export const estimationSchema = z.strictObject({
  closures: distinct(z.enum(CLOSURE_NAMES))
    .min(1)
    .default(CLOSURE_NAMES)
    .describe(
      'Closures (reduced models of the loss) that are fitted to the pilot runs; all by default. The policy follows ' +
        'the one that predicts best.',
    ),
  bootstrap: z
    .int()
    .min(0)
    .default(50)
    .describe('Number of bootstrap samples behind standard errors; 50 by default, 0 for none.'),
  maximum_prediction_error: positive
    .default(0.1)
    .describe(
      'Largest relative error with which a closure may predict runs left out of its fit, for a policy to follow it; ' +
        '0.1 (10 %) by default.',
    ),
});

export const solverSchema = z.strictObject({
  nodes: nodesSchema.prefault({}).describe("Number of nodes of the solver's grid along each state of the closure."),
  steps: z
    .int()
    .min(2)
    .default(200)
    .describe('Number of time steps of the Hamilton-Jacobi-Bellman equation over the horizon; 200 by default.'),
  tolerance: positive
    .default(1e-8)
    .describe('Tolerance of policy iteration in a time step, relative to the largest value; 1e-8 by default.'),
  maximum_policy_iterations: positiveCount
    .default(50)
    .describe('Largest number of policy iterations in one time step; 50 by default.'),
});

export const policyOptionsSchema = z.strictObject({
  warmup_fraction: fraction
    .default(0.02)
    .describe("Length of the policy's linear warm-up, as a share of the horizon; 0.02 by default."),
  clip: clipSchema
    .nullable()
    .prefault({})
    .describe('Gradient clip under the policy; the ratchet by default. Null clips nothing.'),
  recovery: recoverySchema
    .nullable()
    .prefault({})
    .describe(
      'What a run under the policy does that collapses: by default it goes back to weights that it had before, at half ' +
        'the rate. Null for nothing.',
    ),
});

export type ReadingOptions = z.output<typeof readingSchema>;
export type PilotOptions = z.output<typeof pilotSchema>;
