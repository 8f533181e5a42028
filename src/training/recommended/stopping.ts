import { stoppingSchema, type StoppingSpec } from '../../artifacts/experiment/experiment.js';
import { createAttack } from '../../attacks/create-attack.js';
import { HjbLrError } from '../../errors.js';
import { planLooks } from '../stopping/plan.js';
import type { Recommended } from './choices.js';
import { objectiveOfSetting, type RecommendedSetting } from './setting.js';

/** Updates before the first look, at most, and as a share of the run. */
const FIRST = { most: 100, share: 0.05 } as const;

/**
 * The looks of the recommended method at the held-out loss: those that the experiment asks for, and otherwise those of a
 * validation objective, where the run is long enough and has examples for them; null for none.
 * @throws E_INVALID where the experiment asks for looks that do not fit
 */
export function recommendedStopping(
  setting: RecommendedSetting,
  method: Pick<Recommended, 'attack' | 'optimizer' | 'updates'>,
): StoppingSpec | null {
  const { experiment, workload, batchSize } = setting;
  const { attack, optimizer, updates } = method;
  const under = attack === null ? {} : { attack: createAttack(attack) };
  const run = { workload: { ...workload, ...under }, updates, batchSize, method: { optimizer } };
  if (experiment.stopping !== null) {
    planLooks(experiment.stopping, run);
    return experiment.stopping;
  }
  if (objectiveOfSetting(setting).split !== 'validation') return null;
  const first = Math.max(1, Math.min(FIRST.most, Math.round(FIRST.share * updates)));
  const spec = stoppingSchema.parse({ first });
  return fits(() => planLooks(spec, run)) ? spec : null;
}

function fits(plan: () => unknown): boolean {
  try {
    plan();
    return true;
  } catch (error) {
    if (error instanceof HjbLrError && error.code === 'E_INVALID') return false;
    throw error;
  }
}
