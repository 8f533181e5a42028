import { z } from 'zod';
import { CLOSURE_NAMES } from '../../closures/schemas.js';
import { finite, nonnegative, positive } from '../shared/common.js';
import { filterSchema } from './filter.js';

const priorSchema = z.strictObject({
  median: positive.describe('Median of the dimensionless parameter under its log-normal prior.'),
  log_deviation: positive.describe(
    'Standard deviation of the natural logarithm of the dimensionless parameter under its prior.',
  ),
  reason: z.string().describe('Meaning of the dimensionless parameter, and the source of its prior.'),
});

/** One estimated number, its uncertainty, and where it comes from. */
const parameterSchema = z.strictObject({
  estimate: finite.describe('Estimated value of the parameter, which the filter and the equations use.'),
  standard_error: nonnegative
    .nullable()
    .describe(
      'Standard error of the estimate, from a bootstrap over the independent runs, or from the prior where the runs ' +
        'say nothing. Null where nothing was estimated or resampled.',
    ),
  interval: z
    .tuple([finite, finite])
    .nullable()
    .describe(
      'Central 90 % interval [low, high] of the parameter, of the same source as the standard error. Null where that ' +
        'is.',
    ),
  source: z
    .enum(['data', 'prior', 'set'])
    .describe(
      'Source of the estimate: data where the runs identify the parameter, prior where they leave the stated prior ' +
        'as it was, set where nothing was estimated.',
    ),
  prior: priorSchema
    .nullable()
    .describe('Log-normal prior of the dimensionless parameter behind this one. Null where the value is set.'),
  reason: z.string().optional().describe('Reason for a value that is set and not estimated, and what it is set to.'),
});

const closureStateSchema = z.strictObject({
  name: z.string().describe("Name of the closure's state, by which expressions call it."),
  domain: z
    .tuple([positive, positive])
    .describe(
      'Range [low, high] of the state over which the Hamilton-Jacobi-Bellman equation is solved, in the unit of the ' +
        'state.',
    ),
  coordinate: z
    .enum(['identity', 'log'])
    .describe(
      'Scale in which the policy interpolates over the state: identity for the state itself, log for its logarithm.',
    ),
  start: finite.describe('Mean of the state at update 0, in the unit of the state.'),
  visited: z
    .tuple([finite, finite])
    .optional()
    .describe(
      'Range [low, high] of the state that the filter saw in the pilot runs. Outside of it the fit is extrapolated.',
    ),
});

const leftOutSchema = z.strictObject({
  run_id: z.string().describe('Name of the pilot run that was left out of the fit.'),
  prediction_error: finite.describe(
    'Relative error with which the fit to the other runs predicts the losses of the run that was left out.',
  ),
});

export const verdictSchema = z.strictObject({
  prediction_error: finite.describe(
    'Relative error with which the final losses after decays of runs left out of the fit are predicted, root mean square ' +
      'over them (of all block means of their losses, where no pilot run decays); 0.1 is 10 %.',
  ),
  left_out: z
    .array(leftOutSchema)
    .describe('Prediction errors of the pilot runs, each left out of the fit in its turn.'),
  difference_error: finite
    .optional()
    .describe(
      'Error with which differences between ends of one left-out run are predicted, rms of the logarithm of the ratio of ' +
        'their final losses; missing where no pilot run decays.',
    ),
  within_bound: z.boolean().describe('Whether the prediction error is at most maximum_prediction_error.'),
});

/** What was found of one closure. */
export const closureFitSchema = z.strictObject({
  name: z.enum(CLOSURE_NAMES).describe('Name of the closure, as an experiment gives it.'),
  states: z
    .array(closureStateSchema)
    .min(1)
    .max(3)
    .describe("States that stand for the network, in the order of the closure's vectors and matrices."),
  drift: z
    .array(z.string())
    .describe('Drift of each state per update, an expression in the states, u (the learning rate) and the parameters.'),
  covariance: z
    .array(z.array(z.string()))
    .describe(
      'Covariance that the states gain per update: a matrix of expressions in the states, u (the learning rate) and ' +
        'the parameters, row by row.',
    ),
  drift_breaks: z
    .array(z.string())
    .describe('Learning rates at which the drift changes its form, each an expression in the parameters.'),
  loss: z.string().describe("Loss as an expression in the closure's states and parameters."),
  parameters: z
    .record(z.string(), parameterSchema)
    .describe("Parameters of the closure's expressions and of its filter, by name."),
  filter: filterSchema.describe('Filter that finds the states from the losses and learning rates of a run.'),
  log_likelihood: finite.describe('Natural logarithm of the likelihood of the pilot runs under the estimates.'),
  bootstrap: z
    .array(z.record(z.string(), finite))
    .describe('Parameters of each bootstrap sample, for uncertainty bands of anything that is computed from them.'),
  posterior: z
    .array(
      z.strictObject({
        parameters: z.record(z.string(), finite).describe("Parameters of the closure's expressions, by name."),
        start: z.array(finite).describe('States at update 0, in the order of the states.'),
      }),
    )
    .optional()
    .describe(
      'Draws from what is believed of the parameters after the pilot, under which a policy is compared with plain decays; ' +
        'missing in files from before it was recorded.',
    ),
  verdict: verdictSchema.describe('Verdict on how well the closure predicts runs that it was not fitted to.'),
});

export type Parameter = z.output<typeof parameterSchema>;
export type ClosureFit = z.output<typeof closureFitSchema>;
