import { controlFigures } from '../../../dist/src/report/figures/sde-control.js';
import type { Figure } from '../../../dist/src/report/figure.js';
import type { ControlledModel } from '../../../dist/src/sde/index.js';
import { controlTable } from '../../../dist/src/report/sde-control-text.js';
export function controlComparison(controlled: ControlledModel, eta: number): Figure[] {
  return controlFigures(controlled, eta);
}
export function methodRows({ result }: ControlledModel) {
  return controlTable(result);
}
