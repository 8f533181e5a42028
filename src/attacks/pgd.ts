import { z } from 'zod';
import { positive, positiveCount } from '../artifacts/shared/common.js';
import type { AttackMould } from './attack.js';
import { eps, norm, raised, randomStart } from './fields.js';
import { projectedPerturbation } from './projected-ascent.js';
import { raisedLoss } from './words.js';

/** Length of all steps together, in radii (Madry et al. 2018). */
const REACH = 2.5;

const schema = () =>
  z.strictObject({
    type: z.literal('pgd').describe('PGD raises the loss by projected gradient ascent in a ball (Madry et al. 2018).'),
    norm,
    eps,
    steps: positiveCount.describe('PGD takes this many ascent steps; each of them costs one gradient.'),
    alpha: positive
      .optional()
      .describe(
        'Each ascent step has this length in the norm, in units of the inputs. By default it is 2.5 eps / steps, and ' +
          'eps / steps in free adversarial training.',
      ),
    random_start: randomStart,
    restarts: positiveCount
      .default(1)
      .describe('PGD starts this many times, and each example keeps its largest loss; by default it starts once.'),
    loss: raised(),
    keep: z
      .enum(['last', 'best'])
      .default('last')
      .describe('An ascent gives its last point (the default), or the best: the one of the largest loss on the way.'),
  });

type PgdSpec = z.output<ReturnType<typeof schema>>;

/** Projected gradient ascent in K steps (Madry et al. 2018): the formulas stand at `projectedPerturbation`. */
export const pgd = {
  name: 'pgd',
  trains: true,
  schema,
  controls: { attack_eps: 'eps', attack_steps: 'steps', attack_step_size: 'alpha' },
  stepSize: ({ eps, steps }, reach = REACH) => (reach * eps) / steps,
  ball: ({ norm, eps }) => ({ norm, eps }),
  needsLinearLogits: false,
  gradientEvaluations: ({ eps, steps, restarts }) => (eps === 0 ? 0 : steps * restarts),
  describe: (spec) =>
    `PGD-${spec.steps} (${spec.norm}, eps ${spec.eps}, ${starts(spec)}${raisedLoss(spec)}${spec.keep === 'best' ? ', best point' : ''})`,
  create: ({ alpha = 0, random_start, ...spec }, { start = random_start ? 'uniform' : 'input' }) =>
    projectedPerturbation({ ...spec, alpha, start }),
} as const satisfies AttackMould<PgdSpec>;

function starts({ restarts, random_start }: PgdSpec): string {
  return `${restarts} ${random_start ? 'random start' : 'start'}${restarts === 1 ? '' : 's'}`;
}
