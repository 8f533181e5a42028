import { z } from 'zod';
import { nonnegative, positive, positiveCount } from '../artifacts/shared/common.js';
import { attackLoss } from '../losses/schemas.js';
import type { AttackMould } from './attack.js';
import { projectedPerturbation } from './projected-ascent.js';
import { raisedLoss } from './words.js';

/** Length of all steps together, in radii (Madry et al. 2018). */
const REACH = 2.5;

const schema = () =>
  z.strictObject({
    type: z.literal('pgd'),
    norm: z.enum(['Linf', 'L2']).default('Linf'),
    eps: nonnegative,
    steps: positiveCount,
    /** Length of one ascent step; 2.5 eps / steps by default. */
    alpha: positive.optional(),
    random_start: z.boolean().default(true),
    restarts: positiveCount.default(1),
    /** What it raises; the training loss by default. */
    loss: attackLoss().optional(),
    /** The last point of the ascent, or the one of the largest loss on the way. */
    keep: z.enum(['last', 'best']).default('last'),
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
