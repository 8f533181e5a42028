import { z } from 'zod';
import type { AttackBall } from './attack.js';

/** A strong attack by one short name. */
export function strongSchema() {
  return z.strictObject({
    type: z
      .literal('strong')
      .describe(
        "Type of the attack: strong, in the training attack's own ball the worst case of PGD with 50 steps from two random " +
          'starts and of 30 steps along the margin.',
      ),
  });
}

/** The attacks that it stands for: the loss from two starts, and the margin, on which masked gradients of the loss do not act. */
export function strongAttacks({ norm, eps }: AttackBall) {
  return [
    { type: 'pgd', norm, eps, steps: 50, restarts: 2 },
    { type: 'pgd', norm, eps, steps: 30, loss: 'margin', keep: 'best' },
  ] as const;
}
