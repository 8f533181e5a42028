import { z } from 'zod';
import { count, positiveCount } from '../artifacts/shared/common.js';
import type { LogNumber } from '../artifacts/shared/log-number.js';
import type { RandomStream } from '../math/random.js';
import type { BatchLoss, WeightLoss } from './estimators/weight-loss.js';

/** The field of this name in every description. */
export const every = positiveCount
  .default(100)
  .describe('Number of updates from one measurement to the next, the first before update 0; 100 by default.');

/** The schema of a measurement's rows in a training log: these columns beside those that every row has. */
export function rowSchema<Name extends string, Columns extends z.ZodRawShape>(name: Name, columns: Columns) {
  return z.strictObject({
    type: z.literal('measurement').describe('Type of the row: a measurement.'),
    update: count.describe('Number of updates that were done before the measurement.'),
    grad_evals: count.describe(
      'Cost of the measurement in gradient evaluations: passes of examples in units of the minibatch, rounded up.',
    ),
    measurement: z.literal(name).describe('Name of the measurement, as an experiment gives it.'),
    ...columns,
  });
}

/** Columns of a row beside those that every row has. */
export type ColumnsOf<Row> = Omit<Row, 'type' | 'update' | 'grad_evals' | 'measurement'>;

/** Where independent training examples for one measurement come from. */
export interface Sampler {
  /** Of that many examples more, drawn with replacement, under attack noise of their own. */
  draw(count: number): BatchLoss;
  /**
   * The same of examples more, under the training attack (from the perturbations that they keep, where they keep any) and
   * under PGD with 10 steps from a random start, in the ball that the training attack has at the end of the run.
   */
  drawTwice(count: number): { readonly training: BatchLoss; readonly strong: BatchLoss };
  /** Whether the training attack has the radius that it has at the end of the run. */
  readonly isFullStrength: boolean;
  /** Numbers that no examples hang on. */
  readonly stream: RandomStream;
}

/** What a measurement has at hand, before a step is taken. Every loss counts what it spends. */
export interface MeasurementSetting {
  /** Where the gradient was taken, theta, [parameters]. */
  readonly weights: Float32Array;
  /** Of the update's minibatch, before the clip, [parameters]. */
  readonly gradient: Float32Array;
  /** Rate times the clip's factor: the step of plain SGD is this times the gradient. */
  readonly rate: number;
  readonly batchSize: number;
  /** The update's own minibatch, at its perturbed points. */
  readonly ownBatch: WeightLoss;
  readonly samples: Sampler;
}

/** How a quantity is drawn: in which figure, by what name, and like which others. */
export interface QuantityStyle {
  readonly figure: 'gradient' | 'curvature' | 'attack';
  readonly label: string;
  readonly color: 'gradient' | 'noise' | 'random' | 'step' | 'minibatch';
  readonly dash?: 'dash' | 'dot';
}

/** Values of quantities in one row; undefined where the row has none. */
export type QuantityValues<Quantity extends string> = Readonly<Partial<Record<Quantity, LogNumber | undefined>>>;

/** One measurement of the family: what an experiment says of it, what a log holds, and what figures show. */
export interface MeasurementMould<
  Spec = unknown,
  Row = Readonly<Record<string, unknown>>,
  Quantity extends string = string,
> {
  readonly name: string;
  /** Of the description: `type` is the name, `every` the updates between two measurements. */
  readonly schema: z.ZodObject;
  /** Of its rows in a training log, by `rowSchema`. */
  readonly row: z.ZodObject;
  /** Its columns, now; numbers that are not finite are written as words by whoever writes the row. */
  measure(setting: MeasurementSetting, spec: Spec): ColumnsOf<Row>;
  /** What figures show of it. */
  readonly quantities: Readonly<Record<Quantity, QuantityStyle>>;
  /** The values of these quantities in a row. */
  values(row: Row): QuantityValues<Quantity>;
}
