import { z } from 'zod';
import { count, finite, increasing } from '../shared/common.js';

/** A table of one control over time and the states. */
export const policyTableSchema = z
  .strictObject({
    axes: z
      .array(
        z.strictObject({
          name: z
            .string()
            .describe('Name of the axis: `time` for the first one, then the states of the filter in its order.'),
          coordinate: z
            .enum(['identity', 'log'])
            .default('identity')
            .describe(
              'Coordinate in which distances along the axis are measured: identity (the default) for its values, log ' +
                'for their logarithms.',
            ),
          grid: increasing.describe(
            'Nodes of the axis in increasing order: of time in updates done, of states in their own units.',
          ),
        }),
      )
      .min(1)
      .describe('Axes of the table: time in updates done, then one for each state.'),
    values: z
      .array(finite)
      .describe(
        'Values of the control (or their logarithms) at the nodes of the table, row-major, the first axis slowest.',
      ),
    value_scale: z
      .enum(['identity', 'log'])
      .describe(
        "Scale of the table's values: identity for the values of the control, log for their natural logarithms.",
      ),
    interpolation: z
      .enum(['linear', 'nearest'])
      .describe(
        'Interpolation of the table between nodes: linear is multilinear in the coordinates of the axes, nearest ' +
          'takes the nearest node.',
      ),
  })
  .refine((table) => table.values.length === table.axes.reduce((n, axis) => n * axis.grid.length, 1), {
    error: 'must hold one value for each node of the axes',
    path: ['values'],
  });

/** Limits that every value of a control passes, in this order: ratio limit, clamp, warm-up. */
const controlGuardsSchema = z.strictObject({
  min: finite.describe('Smallest value of the control after the clamp, in its unit.'),
  max: finite.describe('Largest value of the control after the clamp, in its unit.'),
  max_up_ratio_per_update: z
    .number()
    .min(1)
    .describe('Largest factor by which a value of the control may exceed the one before it.'),
  max_down_ratio_per_update: z
    .number()
    .min(1)
    .describe('Largest factor by which a value of the control may fall below the one before it.'),
  warmup_updates: count.describe(
    'Number W of warm-up updates, where update k takes min(1, (k + 1) / W) of the value; 0 for none.',
  ),
});

/** What a policy says of one named control. */
export const policyControlSchema = z.strictObject({
  unit: z.string().describe("Unit of the control's values, which is that of the control of this name."),
  table: policyTableSchema
    .nullable()
    .describe('Table of the control over time and states. Null for a control that follows its open loop.'),
  open_loop: z
    .strictObject({
      updates: increasing.describe("Updates at which the open loop's values are given, increasing."),
      values: z.array(finite).describe('Values of the control at the updates of the open loop.'),
    })
    .describe(
      'Open loop of the control: values over time alone, linear between the points, which are followed where no ' +
        'observation can be used.',
    ),
  guards: controlGuardsSchema.describe(
    'Limits that every value of the control passes: the ratio limit, then the clamp, then the warm-up.',
  ),
});

export type PolicyTable = z.output<typeof policyTableSchema>;
export type PolicyControl = z.output<typeof policyControlSchema>;
