import { measurementNamed } from '../measurements/index.js';
import type { MeasuredSeries, Quantity } from '../artifacts/results/results.js';
import type { TrainingLog } from '../artifacts/training-log/training-log.js';

/** The measured quantities of one run over time, for the figures; undefined for a run that nobody measured. */
export function measuredSeries({ measurements }: Pick<TrainingLog, 'measurements'>): MeasuredSeries | undefined {
  if (measurements.length === 0) return undefined;
  const series: MeasuredSeries = {};
  for (const row of measurements) {
    for (const [name, value] of Object.entries(measurementNamed(row.measurement).values(row))) {
      const of = (series[name as Quantity] ??= { update: [], value: [] });
      of.update.push(row.update);
      of.value.push(typeof value === 'number' && Number.isFinite(value) ? value : null);
    }
  }
  return series;
}
