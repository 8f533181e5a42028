import type { WeakOrder } from '../../../dist/src/artifacts/sde-studies.js';
import { COLORS, type Figure } from '../../../dist/src/report/figure.js';
import { linesFigure, type Line } from './lines.ts';

const abs = Math.abs;

const NAMES = {
  first: { name: 'first order: b0', color: COLORS.fixed },
  second_full: { name: 'second order: b0 + eta b1', color: COLORS.policy },
  second_without_rate_derivatives: { name: 'b1 without the derivatives of u', color: COLORS.decay },
} as const;

/** Weak error over eta, one line for each drift, with guides of slope 1 and 2. */
export function weakErrorFigure({ etas, observables }: WeakOrder, which: string): Figure {
  const { orders } = observables.find(({ name }) => name === which)!;
  const errorLines = orders.map(({ order, errors, slope }): Line => {
    const fitted = slope === null ? 'no slope: hidden in the noise' : `slope ${slope.toFixed(2)}`;
    return { ...NAMES[order], name: `${NAMES[order].name} (${fitted})`, y: errors.map(abs), mode: 'lines+markers' };
  });
  const guides = ([1, 2] as const).map((power): Line => {
    const from = errorLines[power - 1].y[0]! * 0.6;
    const y = etas.map((eta) => from * (eta / etas[0]) ** power);
    return { name: `slope ${power}`, color: '#888888', dash: power === 1 ? 'dash' : 'dot', width: 1, y, isGuide: true };
  });
  return linesFigure({
    id: 'weak-error',
    title: `Weak error of E[${which}]`,
    caption:
      'Distance between the expectation under the SDE and under the real iteration at the horizon. Grey: what orders 1 and 2 look like.',
    axes: ['eta', '|weak error|'],
    x: etas,
    lines: [...errorLines, ...guides],
    logarithmic: 'both',
  });
}
