import type { z } from 'zod';
import { modelFields, type ModelFields } from './fields.js';
import { checkModel } from './rules.js';

/** A model of few weights, known exactly: loss, data, attack and rate of adversarial SGD. */
export const sgdModelSchema = modelFields
  .superRefine(checkModel)
  .transform(completed)
  .meta({ title: 'hjb-lr SGD model' });

/** Length of all steps of an ascent together, in radii (Madry et al. 2018). */
const REACH = 2.5;

/** Fills in the defaults that depend on other fields. */
function completed(file: ModelFields) {
  return { ...file, at: file.at ?? [file.start], attack: completedAttack(file.attack) };
}

function completedAttack(attack: ModelFields['attack']) {
  if (attack.type === 'none') return { type: attack.type };
  const { steps = 1 } = attack;
  if (attack.type === 'penalised_ascent') return { ...attack, steps };
  const { norm, eps, start } = attack;
  const direction = attack.direction ?? (norm === 'Linf' ? ('sign' as const) : ('normalised' as const));
  const alpha = attack.alpha ?? (start === 'kept' ? eps : (REACH * eps) / steps);
  return { ...attack, steps, alpha, direction };
}

export type SgdModelFile = z.output<typeof sgdModelSchema>;
export type SgdModelInput = z.input<typeof sgdModelSchema>;
export type SgdAttackSpec = SgdModelFile['attack'];
export type SgdDataSpec = SgdModelFile['data'];
