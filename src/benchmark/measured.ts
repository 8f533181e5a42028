import type { MeasuredSeries, Quantity } from '../artifacts/results/results.js';
import type { LogMeasurement, TrainingLog } from '../artifacts/training-log/training-log.js';

/** The measured quantities of one run over time, for the figures; undefined for a run that nobody measured. */
export function measuredSeries({ measurements }: TrainingLog): MeasuredSeries | undefined {
  if (measurements.length === 0) return undefined;
  const series: MeasuredSeries = {};
  for (const row of measurements) {
    for (const [name, value] of quantitiesOf(row)) {
      const of = (series[name] ??= { update: [], value: [] });
      of.update.push(row.update);
      of.value.push(typeof value === 'number' && Number.isFinite(value) ? value : null);
    }
  }
  return series;
}

type Value = number | string | undefined;

function quantitiesOf(row: LogMeasurement): [Quantity, Value][] {
  switch (row.measurement) {
    case 'gradient_inner_product':
      return [
        ['inner_product', row.inner_product],
        ['half_batch_noise_trace', row.noise_trace],
      ];
    case 'noise_trace':
      return [
        ['squared_gradient', row.squared_gradient],
        ['noise_trace', row.noise_trace],
      ];
    case 'step_curvature':
      return [['step_curvature', Number(row.curvature) / Number(row.step_length) ** 2]];
    case 'batch_sharpness':
      return [['batch_sharpness', row.sharpness]];
    case 'hessian_vector_product':
      return row.products.flatMap(({ vector, frozen, re_attacked }): [Quantity, Value][] => [
        [`${vector}_frozen`, frozen],
        [`${vector}_re_attacked`, re_attacked],
      ]);
    case 'lanczos_spectrum':
      return row.spectra.map(({ vector, values }): [Quantity, Value] => [`${vector}_largest`, values.at(-1)]);
  }
}
