import { z } from 'zod';
import { count, finite, increasing } from '../shared/common.js';

/** A table of one control over time and the states. */
export const policyTableSchema = z
  .strictObject({
    axes: z
      .array(
        z.strictObject({
          name: z.string().describe('`time` for the first axis, then the states of the filter in its order.'),
          coordinate: z
            .enum(['identity', 'log'])
            .default('identity')
            .describe('Whether distances along the axis are measured in its values or in their logarithms.'),
          grid: increasing.describe(
            'Nodes of the axis, increasing; of time in updates done, of states in their own units.',
          ),
        }),
      )
      .min(1)
      .describe('Axes of the table: time in updates done, then one for each state.'),
    values: z.array(finite).describe('Value at every node, row-major, the first axis slowest.'),
    value_scale: z
      .enum(['identity', 'log'])
      .describe('Whether the values are those of the control, or their natural logarithms.'),
    interpolation: z
      .enum(['linear', 'nearest'])
      .describe(
        'How values between nodes are read: multilinear in the coordinates of the axes, or at the nearest node.',
      ),
  })
  .refine((table) => table.values.length === table.axes.reduce((n, axis) => n * axis.grid.length, 1), {
    error: 'must hold one value for each node of the axes',
    path: ['values'],
  });

/** Limits that every value of a control passes, in this order: ratio limit, clamp, warm-up. */
const controlGuardsSchema = z.strictObject({
  min: finite.describe('Smallest value after the clamp.'),
  max: finite.describe('Largest value after the clamp.'),
  max_up_ratio_per_update: z.number().min(1).describe('Largest factor by which a value may exceed the one before it.'),
  max_down_ratio_per_update: z
    .number()
    .min(1)
    .describe('Largest factor by which a value may fall below the one before it.'),
  warmup_updates: count.describe('Number of updates W: update k takes min(1, (k + 1) / W) of the value; 0 for none.'),
});

/** What a policy says of one named control. */
export const policyControlSchema = z.strictObject({
  unit: z.string().describe('Unit of the values; it is that of the named control.'),
  table: policyTableSchema
    .nullable()
    .describe('Values over time and states; null for a control that follows its open loop.'),
  open_loop: z
    .strictObject({
      updates: increasing.describe('Updates at which values are given, increasing.'),
      values: z.array(finite).describe('Value of the control at each of these updates.'),
    })
    .describe('Values over time alone, linear between the points: what is followed where no observation can be used.'),
  guards: controlGuardsSchema.describe(
    'Limits that every value passes: the ratio limit, then the clamp, then the warm-up.',
  ),
});

export type PolicyTable = z.output<typeof policyTableSchema>;
export type PolicyControl = z.output<typeof policyControlSchema>;
