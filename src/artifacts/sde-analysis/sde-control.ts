import { z } from 'zod';
import { count, finite, nonnegative, positiveCount } from '../shared/common.js';

/** A mean over real runs and its standard error; null where a run diverged. */
const meanSchema = z.strictObject({ mean: finite.nullable(), standard_error: nonnegative.nullable() });

/** The learning-rate control of a model: theta-space HJB, its policy in real runs, against searched schedules. */
export const sdeControlSchema = z.strictObject({
  /** Of the drift in the HJB equation. */
  order: z.union([z.literal(1), z.literal(2)]),
  /** Of one run. */
  updates: positiveCount,
  /** Reported real runs of each method. */
  runs: positiveCount,
  seed: count,
  /** Least adversarial loss over the domain, and where. */
  loss_min: finite,
  minimizer: z.record(z.string(), finite),
  solver: z.strictObject({
    status: z.enum(['converged', 'max_iterations', 'non_finite']),
    remedy: z.string(),
    nodes: positiveCount,
    steps: positiveCount,
    /** V(0, start), its error estimate, and the value of the monotone scheme. */
    value: finite,
    error: nonnegative.nullable(),
    monotone_value: finite.nullable(),
    /** Absolute, eta u(0, start). */
    rate_at_start: nonnegative,
    warnings: z.array(z.string()),
  }),
  policy_id: z.string(),
  methods: z.array(
    z.strictObject({
      /** The policy; the best constant rate; the best rates min(most, scale / (n + shift)). */
      name: z.enum(['policy', 'constant', 'decay']),
      /** Absolute rates, and updates. */
      parameters: z.record(z.string(), finite),
      /** Schedules tried in the search, on other samples than those reported. */
      tried: count,
      /** Terminal and running cost of the control problem. */
      cost: meanSchema,
      /** Adversarial loss at the end, and what it exceeds loss_min by. */
      final_loss: meanSchema,
      excess_loss: meanSchema,
      diverged: count,
    }),
  ),
  /** Run by run on the same samples. */
  comparisons: z.array(
    z.strictObject({
      against: z.enum(['constant', 'decay']),
      /** That method's less the policy's: positive where the policy is better. */
      cost_difference: meanSchema,
      loss_difference: meanSchema,
      /** That method's mean over the policy's: of the excess loss, and of the loss itself. */
      excess_ratio: meanSchema,
      loss_ratio: meanSchema,
    }),
  ),
  /** Mean cost of the policy's real runs less V(0, start): weak error of the SDE at this eta, and the solver's error. */
  real_less_value: meanSchema,
  /** Largest difference of the interpolated from the exact adversarial loss at ends of runs. */
  loss_error: nonnegative,
});

export type SdeControl = z.output<typeof sdeControlSchema>;
