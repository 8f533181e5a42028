import { createFamily } from '../family.js';
import type { MeasurementMould } from './measurement.js';
import * as members from './members.js';

export type { MeasurementMould, MeasurementSetting, QuantityStyle, Sampler } from './measurement.js';

/** The built-in measurements by the names that files use. */
export const MEASUREMENTS = members satisfies Readonly<Record<string, MeasurementMould>>;

const FAMILY = createFamily<MeasurementMould>('measurement', MEASUREMENTS);

/**
 * Adds a measurement, which experiments may then name as the built-in ones. Before any other module of hjb-lr is
 * imported.
 * @throws E_INVALID for a name that is taken, and where it comes too late
 */
export const registerMeasurement = FAMILY.register as <Spec, Row, Quantity extends string>(
  measurement: MeasurementMould<Spec, Row, Quantity>,
) => void;

/** The measurement of this name. */
export const measurementNamed = FAMILY.member;

/** All measurements, registered ones included; from then on none can be added. */
export const allMeasurements = FAMILY.members;
