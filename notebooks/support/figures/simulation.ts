import type { Simulation } from '../../../dist/src/artifacts/sde-studies.js';
import { COLORS, type Figure } from '../../../dist/src/report/figure.js';
import { linesFigure, type Line } from './lines.ts';

type Quantity = Simulation['quantities'][number];
type Summary = Quantity['real'][number];

const KINDS = [
  { of: 'real', name: 'real adversarial SGD', color: COLORS.schedule_free, dash: 'solid' },
  { of: 'first', name: 'SDE of first order', color: COLORS.fixed, dash: 'dash' },
  { of: 'second', name: 'SDE of second order', color: COLORS.policy, dash: 'dot' },
] as const;

/** Mean, variance and quantiles over time of one quantity: the real iteration beside the SDE of either order. */
export function simulationFigures({ times, runs, paths, quantities }: Simulation, which: string): Figure[] {
  const quantity = quantities.find(({ name }) => name === which)!;
  const counts = `${runs} real runs, ${paths} paths of each SDE`;
  const over = (id: string, title: string, caption: string, lines: readonly Line[]): Figure =>
    linesFigure({ id, title, caption, axes: ['t = n eta', title], x: times, lines });
  return [
    over('mean', `mean of ${which}`, `${counts}; band: two standard errors of the real mean.`, lines(quantity, mean)),
    over(
      'variance',
      `variance of ${which}`,
      `${counts}; band: two standard errors of the real one.`,
      lines(quantity, variance),
    ),
    over(
      'quantiles',
      `quantiles of ${which}`,
      `At 5, 50 and 95 %; ${counts}: the law as a whole, not its first moments alone.`,
      [0, 2, 4].flatMap((q) =>
        lines(quantity, ({ quantiles }) => [quantiles[q], 0], ['5 %', '', '50 %', '', '95 %'][q]),
      ),
    ),
  ];
}

type Read = (summary: Summary) => readonly [value: number, error: number];

const mean: Read = ({ mean: value, mean_error: error }) => [value, error];
const variance: Read = ({ variance: value, variance_error: error }) => [value, error];

function lines(quantity: Quantity, read: Read, label = ''): Line[] {
  return KINDS.map(({ of, name, color, dash }) => {
    const values = quantity[of].map(read);
    const hasBand = of === 'real' && values.some(([, error]) => error > 0);
    return {
      ...{ name: label === '' ? name : `${name}, ${label}`, color, dash, y: values.map(([value]) => value) },
      ...(hasBand ? { band: values.map(([value, error]) => [value - 2 * error, value + 2 * error] as const) } : {}),
    };
  });
}
