/** What is measured along a run, and the rows of it. */
export {
  logMeasurementSchema,
  measurementSchema,
  measurementsSchema,
  QUANTITIES,
  type LogMeasurement,
  type MeasurementSpec,
  type Quantity,
} from '../../measurements/schemas.js';
