import type { SdeControl } from '../../../dist/src/artifacts/sde-analysis/sde-control.js';
import { COLORS, type Figure } from '../../../dist/src/report/figure.js';
import { controlFigures as figuresOf } from '../../../dist/src/report/figures/sde-control.js';
import { controlSentences, controlTable } from '../../../dist/src/sde/control/text.js';
import { bothRatesFigures } from '../../../dist/src/report/figures/sde-kept.js';
import type { ControlledModel, SgdModel } from '../../../dist/src/sde/index.js';
import { showSentences, showTable } from '../display.ts';
import { linesFigure } from './lines.ts';

export { bothRatesFigures };

/** Value, policy, weights and rates of a solved control problem. */
export function controlFigures({ eta }: SgdModel, controlled: ControlledModel): Figure[] {
  return figuresOf(controlled, eta);
}

/** The methods as a table, and what was found. */
export async function showControl(result: SdeControl): Promise<void> {
  const { head, rows } = controlTable(result);
  await showTable(head, rows);
  await showSentences(controlSentences(result));
}

/** Learning rates over updates: the optimal open-loop ones beside a constant. */
export function ratesFigure(optimal: Float64Array, constant: Float64Array): Figure {
  return linesFigure({
    id: 'rates',
    title: 'Learning rates',
    caption: 'The optimal open-loop rates, which fall as 1 / n, and the best constant rate.',
    axes: ['update n', 'learning rate'],
    x: [...optimal.keys()],
    lines: [
      { name: 'optimal', color: COLORS.policy, y: [...optimal] },
      { name: 'best constant', color: COLORS.fixed, y: [...constant], dash: 'dash' },
    ],
  });
}
