import { z } from 'zod';
import { count, finite, nonnegative } from '../shared/common.js';
import { monotoneInSpaceAndTime, policyIterations, remedy, residualOrNull, answerStatus } from './solve-report.js';

const optional = finite.nullable();
/** A number for each control, by name. */
const byControl = z.record(z.string(), optional).nullable();
/** A number for each state, by name. */
const byState = z.record(z.string(), optional);

const densityReportSchema = z.strictObject({
  status: z
    .string()
    .describe(
      'Status of the forward equation for the density: converged, max_iterations, not_monotone, non_finite or ' +
        'mass_lost.',
    ),
  time: finite.describe('Time of the density: the last time level.'),
  mass: optional.describe('Probability that is still inside the domain at the last time level.'),
  absorbed: optional.describe('Probability that was absorbed at faces of the domain or by stopping.'),
  mean: byState.describe('Mean of each state inside the domain, by name.'),
  standard_deviation: byState.describe('Standard deviation of each state inside the domain, by name.'),
  error_estimates: z
    .strictObject({
      mass: optional.describe('Estimated error of the mass inside the domain at the horizon.'),
      absorbed: optional.describe('Estimated error of the mass that was absorbed before the horizon.'),
      mean: byState.describe('Estimated error of the mean of each state, by name.'),
      standard_deviation: byState.describe('Estimated error of the standard deviation of each state, by name.'),
    })
    .describe('Errors of these numbers, estimated from half the nodes and levels. Null where there are too few.'),
});

const simulationReportSchema = z.strictObject({
  paths: count.describe('Number of simulated paths.'),
  seed: count.describe('Seed of the noise of the simulated paths.'),
  worst_case: z
    .record(z.string(), finite)
    .optional()
    .describe('Values of the uncertain parameters at which the cost is worst. The other vertices were simulated too.'),
  left: optional.describe(
    'Share of the simulated paths that left the domain and ended at its face with the value there. Where it is not ' +
      'small the simulation confirms nothing.',
  ),
  mean: byState.describe('Mean of each state over the paths that are inside at the horizon, by name.'),
  standard_deviation: byState.describe('Standard deviation of each state over these paths, by name.'),
  cost: optional.describe('Mean cost of the simulated paths.'),
  standard_error: optional.describe('Standard error of the mean cost of the simulated paths.'),
  step_bias: optional.describe(
    'Bias of the time step: mean cost under steps twice as long less the mean cost, under the same noise.',
  ),
  value: optional.describe('Value V(0, start) of the solution, which the mean cost should equal.'),
  deviation: optional.describe(
    'Number of standard errors by which the mean cost lies above V(0, start). Null where all paths cost the same, or more than one in a ' +
      'thousand left the domain.',
  ),
  warnings: z
    .array(z.string())
    .describe('Warnings about what makes the simulation hard to believe, one sentence each.'),
});

/** What a solve found out, lists in the order of the queries; null where a number is not finite or not known. */
export const problemResultSchema = z.strictObject({
  status: answerStatus,
  remedy,
  values: z.array(optional).describe('Value V at each query.'),
  controls: z.array(byControl).describe('Optimal controls at each query, by name. Null where they are not known.'),
  inside: z.array(z.boolean()).describe('Whether each query lies inside the domain.'),
  error_estimates: z
    .strictObject({
      values: z.array(optional).describe('Estimated error of the value at each query.'),
      controls: z.array(byControl).describe('Estimated errors of the optimal controls at each query, by name.'),
    })
    .describe('Errors of the values and controls, estimated from coarser grids and from the other scheme.'),
  observed_order: optional.describe(
    'Order of convergence of the values under refinement, the median over the queries. Null where it means nothing, ' +
      'and a warning says why.',
  ),
  monotone: monotoneInSpaceAndTime,
  monotone_values: z.array(optional).describe('Value at each query by the monotone scheme, for comparison.'),
  truncation: z
    .array(optional)
    .nullable()
    .describe('Change of the value at each query on wider domains, part of its error. Null where no face is moved.'),
  warnings: z
    .array(z.string())
    .describe('Warnings about what makes values and controls hard to believe, one sentence each.'),
  policy_iterations: policyIterations,
  residual: residualOrNull,
  fallback: z
    .strictObject({
      steps: count.describe('Number of time steps in which some node took the monotone step.'),
      share: nonnegative.describe('Share of all nodes and time steps.'),
      first: z.string().nullable().describe('First place, backwards in time. Null where there is none.'),
    })
    .nullable()
    .describe('Where the filtered accurate scheme took the monotone step. Null of the monotone scheme.'),
  kernel: z.string().describe('Program that carried out the passes over the nodes: typescript or wasm.'),
  seconds: nonnegative.describe('Wall time of the solve, in seconds.'),
  density: densityReportSchema
    .optional()
    .describe(
      'Probability law of the state at the last time level under the optimal policy, from `start` (--density).',
    ),
  simulation: simulationReportSchema
    .optional()
    .describe('Monte Carlo simulation under the optimal policy, from `start` (--simulate).'),
});
