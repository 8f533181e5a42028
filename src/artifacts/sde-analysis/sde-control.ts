import { z } from 'zod';
import { count, finite, nonnegative, positiveCount } from '../shared/common.js';

/** A mean over real runs and its standard error; null where a run diverged. */
const meanSchema = z.strictObject({
  mean: finite.nullable().describe('Mean over the runs. Null where a run diverged.'),
  standard_error: nonnegative
    .nullable()
    .describe('Standard error of the mean over the runs. Null where a run diverged.'),
});

const solverSchema = z.strictObject({
  status: z
    .enum(['converged', 'max_iterations', 'non_finite'])
    .describe(
      'Status of the solve: converged, max_iterations where policy iteration stopped at its limit, or non_finite ' +
        'where numbers overflowed or are undefined.',
    ),
  remedy: z.string().describe('Remedy for the status of the solve, in one sentence.'),
  nodes: positiveCount.describe('Number of grid nodes along each weight.'),
  steps: positiveCount.describe('Number of time steps of the solve.'),
  value: finite.describe('Expected cost V(0, start) of the optimal control.'),
  error: nonnegative
    .nullable()
    .describe('Estimated error of the expected cost V(0, start). Null where it is not known.'),
  monotone_value: finite.nullable().describe('Expected cost V(0, start) by the monotone scheme, for comparison.'),
  rate_at_start: nonnegative.describe('Optimal learning rate at the start, absolute: eta u(0, start).'),
  warnings: z.array(z.string()).describe('Warnings about what makes the solution hard to believe, one sentence each.'),
});

const methodSchema = z.strictObject({
  name: z
    .enum(['policy', 'constant', 'decay', 'held_attack'])
    .describe(
      'Name of the method: policy; constant, the best constant rate (of kept perturbations, the best two constant rates); ' +
        'decay, the best rates min(most, scale / (n + shift)) of update n; held_attack, the best constant learning rate ' +
        'with the step size of the attack as the model has it.',
    ),
  parameters: z
    .record(z.string(), finite)
    .describe("Parameters of the method's schedule: absolute rates, and numbers of updates."),
  tried: count.describe('Number of schedules tried in the search, on other samples than those reported.'),
  cost: meanSchema.describe('Cost of the control problem, terminal and running.'),
  final_loss: meanSchema.describe('Adversarial loss at the end of a run.'),
  excess_loss: meanSchema.describe('Excess of the final adversarial loss over loss_min.'),
  diverged: count.describe('Number of runs that diverged.'),
});

const comparisonSchema = z.strictObject({
  against: z
    .enum(['constant', 'decay', 'held_attack'])
    .describe('Name of the method that the policy is compared with.'),
  cost_difference: meanSchema.describe(
    'Cost of the other method less that of the policy: positive where the policy is better.',
  ),
  loss_difference: meanSchema.describe(
    'Final loss of the other method less that of the policy: positive where the policy is better.',
  ),
  excess_ratio: meanSchema.describe("Ratio of the other method's mean excess loss to that of the policy."),
  loss_ratio: meanSchema.describe("Ratio of the other method's mean final loss to that of the policy."),
});

/** The learning-rate control of a model: theta-space HJB, its policy in real runs, against searched schedules. */
export const sdeControlSchema = z.strictObject({
  order: z.union([z.literal(1), z.literal(2)]).describe('Order of the drift in the Hamilton-Jacobi-Bellman equation.'),
  updates: positiveCount.describe('Number of updates of one run.'),
  runs: positiveCount.describe('Number of real runs of each method that are reported.'),
  seed: count.describe('Seed of the samples that the runs draw.'),
  loss_min: finite.describe('Least adversarial loss over the domain.'),
  minimizer: z
    .record(z.string(), finite)
    .describe('Weights at which the adversarial loss is least over the domain, by name.'),
  solver: solverSchema.describe('Result of the solve of the Hamilton-Jacobi-Bellman equation.'),
  policy_id: z
    .string()
    .nullable()
    .describe('Identifier of the policy file: SHA-256 of its body. Null where none is written: of kept perturbations.'),
  mean_rates: z
    .strictObject({
      learning_rate: z.array(nonnegative).describe('Mean learning rate of each update.'),
      attack_rate: z.array(nonnegative).describe('Mean step size eta_i of the attack of each update.'),
    })
    .optional()
    .describe("Mean over the policy's real runs of both rates, where perturbations are kept."),
  methods: z
    .array(methodSchema)
    .describe('Results of the policy and of the schedules that it is compared with, in real runs.'),
  comparisons: z
    .array(comparisonSchema)
    .describe('Comparisons of the policy with each schedule, run by run on the same samples.'),
  real_less_value: meanSchema.describe(
    "Mean cost of the policy's real runs less V(0, start): the weak error of the SDE at this eta, and the solver's " +
      'error.',
  ),
  loss_error: nonnegative.describe(
    'Largest difference of the interpolated from the exact adversarial loss at ends of runs.',
  ),
});

export type SdeControl = z.output<typeof sdeControlSchema>;
