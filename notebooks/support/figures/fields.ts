import type { Figure } from '../../../dist/src/report/figure.js';
import { fieldFigures as figuresOf } from '../../../dist/src/report/figures/sde-fields.js';
import { compileSgdModel, type SgdModel } from '../../../dist/src/sde/index.js';

/** Mean field, covariance and losses of a model beside those of the same model without attack. */
export async function fieldFigures(model: SgdModel): Promise<Figure[]> {
  return figuresOf(model, await compileSgdModel({ ...model.file, attack: { type: 'none' } }));
}
