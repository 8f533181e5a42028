import { z } from 'zod';
import { positive } from '../artifacts/shared/common.js';
import type { AttackMould } from './attack.js';
import { eps, raised, randomStart } from './fields.js';
import type { KeptFields } from './kept-fields.js';
import { projectedPerturbation } from './projected-ascent.js';
import { raisedLoss } from './words.js';

/** Length of the one step after a random start, in radii (Wong, Rice & Kolter 2020). */
const REACH = 1.25;

/** What of a projected ascent makes it FGSM. */
const ONE_STEP = { norm: 'Linf', steps: 1, restarts: 1, keep: 'last' } as const;

const schema = () =>
  z.strictObject({
    type: z
      .literal('fgsm')
      .describe(
        'Type of the attack: the fast gradient sign method, one step along the sign of the gradient in the Linf ball.',
      ),
    eps,
    alpha: positive
      .optional()
      .describe(
        'Change of every input value in the one step, before the projection, in units of the inputs. By default it ' +
          'is 1.25 eps, and eps in free adversarial training and where the start is kept.',
      ),
    random_start: randomStart,
    loss: raised(),
  });

type FgsmSpec = z.output<ReturnType<typeof schema>> & KeptFields;

/** The fast gradient sign method: x' = x + alpha sign(grad_x loss), from a random start where it is asked for. */
export const fgsm = {
  name: 'fgsm',
  trains: true,
  keeps: true,
  schema,
  controls: { attack_eps: 'eps', attack_step_size: 'alpha' },
  stepSize: ({ eps, start }, reach = REACH) => (start === 'kept' ? eps : reach * eps),
  ball: ({ eps }) => ({ norm: 'Linf', eps }),
  needsLinearLogits: false,
  gradientEvaluations: ({ eps }) => (eps === 0 ? 0 : 1),
  describe: (spec) => `FGSM (Linf, eps ${spec.eps}${startOf(spec)}${raisedLoss(spec)})`,
  create: ({ eps, loss, alpha = 0, random_start }, { start = random_start ? 'uniform' : 'input' }) =>
    projectedPerturbation({ ...ONE_STEP, eps, loss, alpha, start }),
} as const satisfies AttackMould<FgsmSpec>;

function startOf({ start, random_start }: FgsmSpec): string {
  if (start === 'kept') return ', kept start';
  return random_start ? ', random start' : '';
}
