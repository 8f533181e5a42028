import { z } from 'zod';
import { allMeasurements, type MEASUREMENTS } from './index.js';

type Built = typeof MEASUREMENTS;
type Name = keyof Built;
type Schema = Built[Name]['schema'];
type RowSchema = Built[Name]['row'];

/** What figures show of the built-in measurements. */
export type Quantity = { [N in Name]: keyof Built[N]['quantities'] }[Name];

const all = Object.values(allMeasurements());

/** Registered measurements are accepted as the built-in ones, whose types alone are known here. */
export const QUANTITIES = all.flatMap(({ quantities }) => Object.keys(quantities)) as Quantity[];

/** What is measured along a run, on examples and attack noise of its own: a run's weights do not depend on it. */
export const measurementSchema = z.discriminatedUnion(
  'type',
  all.map(({ schema }) => schema) as unknown as [Schema, ...Schema[]],
);

export const measurementsSchema = z.array(measurementSchema).refine(namesEachOnce, {
  error: 'must not name the same type twice',
});

function namesEachOnce(measurements: readonly { type: string }[]): boolean {
  return new Set(measurements.map(({ type }) => type)).size === measurements.length;
}

/** One measurement, before the update of the same number. */
export const logMeasurementSchema = z.discriminatedUnion(
  'measurement',
  all.map(({ row }) => row) as unknown as [RowSchema, ...RowSchema[]],
);

export type MeasurementSpec = z.output<typeof measurementSchema>;
export type LogMeasurement = z.output<typeof logMeasurementSchema>;
