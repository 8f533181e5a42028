import type { LongRun } from '../../../dist/src/artifacts/sde-studies.js';
import { COLORS, type Figure } from '../../../dist/src/report/figure.js';
import { linesFigure } from './lines.ts';

/** The stationary density of the SDE of one weight over the histogram of long real runs. */
export function densityFigure({ stationary, real }: LongRun, weight: string): Figure {
  const { axes, values, real: counted } = stationary!.density;
  return linesFigure({
    id: 'stationary-density',
    title: 'Invariant measure',
    caption: `Density of the weight in the long run: the forward equation of the SDE of second order, and ${real.runs} real runs of ${real.updates} updates each after ${real.forgotten} that were forgotten.`,
    axes: [weight, 'density'],
    x: axes[0],
    lines: [
      { name: 'real adversarial SGD', color: COLORS.schedule_free, y: counted, mode: 'markers' },
      { name: 'SDE of second order', color: COLORS.policy, y: values },
    ],
  });
}
