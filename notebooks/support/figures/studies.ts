import type { KeptPerturbations } from '../../../dist/src/artifacts/sde-analysis/kept-perturbations.js';
import type { Studies } from '../../../dist/src/artifacts/sde-analysis/sde-studies.js';
import type { Figure } from '../../../dist/src/report/figure.js';
import { studyFigures as figuresOf } from '../../../dist/src/report/figures/sde-studies.js';
import type { SgdModel } from '../../../dist/src/sde/index.js';

/** The figures of studies of a model, as `hjb-lr sde --html` draws them: they read the weights and the sections alone. */
export function studyFigures(
  { weights }: SgdModel,
  studies: Studies & { readonly kept?: KeptPerturbations },
): Figure[] {
  return figuresOf({ weights: [...weights], ...studies } as Parameters<typeof figuresOf>[0]);
}
