import { z } from 'zod';
import { count, finite, nonnegative, positiveCount } from '../shared/common.js';

/** A mean over real runs and its standard error; null where a run diverged. */
const meanSchema = z.strictObject({
  mean: finite.nullable().describe('Mean over the runs. Null where a run diverged.'),
  standard_error: nonnegative.nullable().describe('Standard error of the mean. Null where a run diverged.'),
});

const solverSchema = z.strictObject({
  status: z.enum(['converged', 'max_iterations', 'non_finite']).describe('How the solve ended.'),
  remedy: z.string().describe('What to do about the status, in one sentence.'),
  nodes: positiveCount.describe('Nodes of the grid along each weight.'),
  steps: positiveCount.describe('Number of time steps.'),
  value: finite.describe('Expected cost V(0, start).'),
  error: nonnegative.nullable().describe('Estimated error of that value. Null where it is not known.'),
  monotone_value: finite.nullable().describe('The same value by the monotone scheme, for comparison.'),
  rate_at_start: nonnegative.describe('Optimal learning rate at the start, absolute: eta u(0, start).'),
  warnings: z.array(z.string()).describe('What makes the solution hard to believe, one sentence each.'),
});

const methodSchema = z.strictObject({
  name: z
    .enum(['policy', 'constant', 'decay'])
    .describe('The policy; the best constant rate; the best rates min(most, scale / (n + shift)) of update n.'),
  parameters: z.record(z.string(), finite).describe('Parameters of the schedule: absolute rates, and updates.'),
  tried: count.describe('Schedules tried in the search, on other samples than those reported.'),
  cost: meanSchema.describe('Terminal and running cost of the control problem.'),
  final_loss: meanSchema.describe('Adversarial loss at the end of a run.'),
  excess_loss: meanSchema.describe('By how much the final loss is above loss_min.'),
  diverged: count.describe('Number of runs that diverged.'),
});

const comparisonSchema = z.strictObject({
  against: z.enum(['constant', 'decay']).describe('The method that the policy is compared with.'),
  cost_difference: meanSchema.describe("That method's cost less the policy's: positive where the policy is better."),
  loss_difference: meanSchema.describe(
    "That method's final loss less the policy's: positive where the policy is better.",
  ),
  excess_ratio: meanSchema.describe("That method's mean excess loss over the policy's."),
  loss_ratio: meanSchema.describe("That method's mean final loss over the policy's."),
});

/** The learning-rate control of a model: theta-space HJB, its policy in real runs, against searched schedules. */
export const sdeControlSchema = z.strictObject({
  order: z.union([z.literal(1), z.literal(2)]).describe('Order of the drift in the Hamilton-Jacobi-Bellman equation.'),
  updates: positiveCount.describe('Updates of one run.'),
  runs: positiveCount.describe('Reported real runs of each method.'),
  seed: count.describe('Seed of the samples that the runs draw.'),
  loss_min: finite.describe('Least adversarial loss over the domain.'),
  minimizer: z.record(z.string(), finite).describe('The weights at which it is taken, by name.'),
  solver: solverSchema.describe('What the solve found out.'),
  policy_id: z.string().describe('Identifier of the policy file: SHA-256 of its body.'),
  methods: z.array(methodSchema).describe('The policy and the schedules that it is compared with, in real runs.'),
  comparisons: z.array(comparisonSchema).describe('The policy against each schedule, run by run on the same samples.'),
  real_less_value: meanSchema.describe(
    "Mean cost of the policy's real runs less V(0, start): weak error of the SDE at this eta, and the solver's error.",
  ),
  loss_error: nonnegative.describe(
    'Largest difference of the interpolated from the exact adversarial loss at ends of runs.',
  ),
});

export type SdeControl = z.output<typeof sdeControlSchema>;
