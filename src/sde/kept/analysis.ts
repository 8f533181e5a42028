import type { SdeResult } from '../../artifacts/sde-analysis/sde-analysis.js';
import type { SgdModel } from '../model.js';
import { isAffine } from './affine.js';
import { keptFlows } from './flows.js';
import { keptModel } from './kept-model.js';

/**
 * What `hjb-lr sde` says of a model whose perturbations are kept: its mean field beside that of its variant and its limits.
 * @throws what `keptFlows` throws
 */
export function analyseKept(model: SgdModel, seed = 0): SdeResult {
  return {
    seed,
    weights: [...model.weights],
    points: [],
    effective_loss: { exists: false, sentence: NO_LOSS },
    warnings: warningsOf(model),
    kept: keptFlows(model),
  };
}

const NO_LOSS =
  'There is no effective loss of the weights alone: with kept perturbations the mean field is of weights and perturbations together, a descent of the one and an ascent of the other.';

function warningsOf(model: SgdModel): string[] {
  const { jumps } = keptModel(model);
  const isProjected = model.file.attack.type === 'projected_ascent';
  if (jumps || isProjected) return [PROJECTED];
  return isAffine(model) || model.loss.switchCount === 0 ? [] : [KINKS];
}

const PROJECTED =
  'The perturbations move along signs or normalised gradients, or are projected on a ball: their field jumps or bends there, and the weak order of the joint SDE may drop below 2.';
const KINKS =
  'The loss has kinks: where the data or the perturbations cross them, the weak order of the joint SDE may drop below 2.';
