import { z } from 'zod';
import { positive, positiveCount } from '../artifacts/shared/common.js';
import type { AttackMould } from './attack.js';
import { eps, norm, raised, randomStart } from './fields.js';
import type { KeptFields } from './kept-fields.js';
import { projectedPerturbation } from './projected-ascent.js';
import { raisedLoss } from './words.js';

/** Length of all steps together, in radii (Madry et al. 2018). */
const REACH = 2.5;

const schema = () =>
  z.strictObject({
    type: z
      .literal('pgd')
      .describe('Type of the attack: PGD, projected gradient ascent on the loss in a ball (Madry et al. 2018).'),
    norm,
    eps,
    steps: positiveCount.describe('Number of ascent steps of PGD, each at the cost of one gradient.'),
    alpha: positive
      .optional()
      .describe(
        'Length of one ascent step in the norm, in units of the inputs. By default it is 2.5 eps / steps, eps / steps ' +
          'in free adversarial training, and eps where the start is kept.',
      ),
    random_start: randomStart,
    restarts: positiveCount
      .default(1)
      .describe('Number of starts of PGD, of which each example keeps the one with the largest loss; 1 by default.'),
    loss: raised(),
    keep: z
      .enum(['last', 'best'])
      .default('last')
      .describe(
        'Point that an ascent gives: its last (the default), or the best, which is that of the largest loss on the ' +
          'way.',
      ),
  });

type PgdSpec = z.output<ReturnType<typeof schema>> & KeptFields;

/** Projected gradient ascent in K steps (Madry et al. 2018): the formulas stand at `projectedPerturbation`. */
export const pgd = {
  name: 'pgd',
  trains: true,
  keeps: true,
  schema,
  controls: { attack_eps: 'eps', attack_steps: 'steps', attack_step_size: 'alpha' },
  stepSize: ({ eps, steps, start }, reach = REACH) => (start === 'kept' ? eps : (reach * eps) / steps),
  ball: ({ norm, eps }) => ({ norm, eps }),
  needsLinearLogits: false,
  gradientEvaluations: ({ eps, steps, restarts }) => (eps === 0 ? 0 : steps * restarts),
  describe: (spec) =>
    `PGD-${spec.steps} (${spec.norm}, eps ${spec.eps}, ${starts(spec)}${raisedLoss(spec)}${spec.keep === 'best' ? ', best point' : ''})`,
  create: ({ alpha = 0, random_start, ...spec }, { start = random_start ? 'uniform' : 'input' }) =>
    projectedPerturbation({ ...spec, alpha, start }),
} as const satisfies AttackMould<PgdSpec>;

function starts({ restarts, random_start, start }: PgdSpec): string {
  if (start === 'kept') return 'kept start';
  return `${restarts} ${random_start ? 'random start' : 'start'}${restarts === 1 ? '' : 's'}`;
}
