import { z } from 'zod';
import { CLOSURE_NAMES } from '../../closures/schemas.js';
import { finite, nonnegative, positive } from '../shared/common.js';
import { filterSchema } from './filter.js';

const priorSchema = z.strictObject({
  median: positive.describe('The prior has this median.'),
  log_deviation: positive.describe('The natural logarithm of the dimensionless parameter has this standard deviation.'),
  reason: z.string().describe('This says what the dimensionless parameter is, and where its prior comes from.'),
});

/** One estimated number, its uncertainty, and where it comes from. */
const parameterSchema = z.strictObject({
  estimate: finite.describe('The filter and the equations use this value.'),
  standard_error: nonnegative
    .nullable()
    .describe(
      'The standard error is from a bootstrap over the independent runs, or from the prior where the runs say nothing. It ' +
        'is null where nothing was estimated or resampled.',
    ),
  interval: z
    .tuple([finite, finite])
    .nullable()
    .describe(
      'The central 90 % interval [low, high] comes from where the standard error does, and is null where that is.',
    ),
  source: z
    .enum(['data', 'prior', 'set'])
    .describe(
      'data: the runs identify the parameter. prior: they leave the stated prior as it was. set: it is not estimated at all.',
    ),
  prior: priorSchema
    .nullable()
    .describe(
      'The fit gave a log-normal prior to the dimensionless parameter behind this one. It is null where the value is set.',
    ),
  reason: z.string().optional().describe('Where the value is set, this says why, and to what.'),
});

const closureStateSchema = z.strictObject({
  name: z.string().describe('The expressions call the state by this name.'),
  domain: z
    .tuple([positive, positive])
    .describe('The equation is solved between these values of the state, [low, high], in its own unit.'),
  coordinate: z
    .enum(['identity', 'log'])
    .describe('The policy interpolates in the state itself (identity) or in its logarithm (log).'),
  start: finite.describe('The state has this mean at update 0, in the unit of its domain.'),
  visited: z
    .tuple([finite, finite])
    .optional()
    .describe(
      'The filter saw the state between these values in the pilot runs, [low, high]; outside of them the fit is extrapolated.',
    ),
});

const leftOutSchema = z.strictObject({
  run_id: z.string().describe('The run that was left out has this name.'),
  prediction_error: finite.describe('The fit to the other runs predicts its losses with this relative error.'),
});

const verdictSchema = z.strictObject({
  prediction_error: finite.describe(
    'Runs that are left out of the fit are predicted with this relative error, root mean square over them; 0.1 is 10 %.',
  ),
  left_out: z.array(leftOutSchema).describe('The list has one entry for each pilot run, left out in its turn.'),
  within_bound: z.boolean().describe('If true, the prediction error is at most maximum_prediction_error.'),
});

/** What was found of one closure. */
export const closureFitSchema = z.strictObject({
  name: z.enum(CLOSURE_NAMES).describe('The closure has this name in an experiment.'),
  states: z
    .array(closureStateSchema)
    .min(1)
    .max(3)
    .describe('These states stand for the network; vectors and matrices below follow their order.'),
  drift: z
    .array(z.string())
    .describe(
      'The drift of each state per update is an expression in the states, u (the learning rate) and the parameters.',
    ),
  covariance: z
    .array(z.array(z.string()))
    .describe('The covariance that the states gain per update is a matrix of such expressions, row by row.'),
  drift_breaks: z
    .array(z.string())
    .describe('The drift changes its form at these learning rates, each an expression in the parameters.'),
  loss: z.string().describe('The loss is this expression in the states and the parameters.'),
  parameters: z
    .record(z.string(), parameterSchema)
    .describe('Every parameter of the expressions and of the filter stands here by its name.'),
  filter: filterSchema.describe('This filter finds the states from the losses and learning rates of a run.'),
  log_likelihood: finite.describe(
    'The pilot runs have this natural logarithm of their likelihood under the estimates.',
  ),
  bootstrap: z
    .array(z.record(z.string(), finite))
    .describe(
      'Each entry has the parameters of one bootstrap sample, for bands of anything that is computed from them.',
    ),
  verdict: verdictSchema.describe('The verdict says how well the closure predicts runs that it was not fitted to.'),
});

export type Parameter = z.output<typeof parameterSchema>;
export type ClosureFit = z.output<typeof closureFitSchema>;
