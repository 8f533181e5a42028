import type { SgdAttackSpec, SgdModelFile } from '../../artifacts/sgd-model/sgd-model.js';

/** Steps of the attack that stands in where the model's own has no budget. */
const STEPS = 10;
const REACH = 2.5;

export interface TestAttack {
  readonly words: string;
  /** The model under this attack at a budget. */
  at(eps: number): SgdModelFile;
  readonly budgets: readonly number[];
}

/** The attack that tests weights at several budgets: the model's own where it has one, else an L2 ascent. */
export function testAttackOf(file: SgdModelFile): TestAttack {
  const { attack } = file;
  const own = attack.type === 'projected_ascent' && attack.eps > 0 ? attack : null;
  const scaled = (eps: number): SgdAttackSpec =>
    own === null
      ? {
          type: 'projected_ascent',
          norm: 'L2',
          eps,
          steps: STEPS,
          alpha: (REACH * eps) / STEPS,
          direction: 'normalised',
          start: 'zero',
          random_start: false,
        }
      : { ...own, eps, alpha: own.alpha * (eps / own.eps) };
  return {
    words:
      own === null
        ? `an L2 ascent of ${STEPS} steps along the normalised gradient`
        : `the model's own ${own.norm} ascent of ${own.steps} steps, its step scaled with eps`,
    at: (eps) => ({ ...file, attack: eps === 0 ? { type: 'none' } : scaled(eps) }),
    budgets: own === null ? [0, 0.1, 0.25, 0.5] : [0, 0.5, 1, 2].map((factor) => factor * own.eps),
  };
}
