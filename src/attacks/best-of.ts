import { z } from 'zod';

/** The worst case of several attacks, for each example. */
export function bestOf<Single>(single: z.ZodType<Single>) {
  return z.strictObject({
    type: z
      .literal('best_of')
      .describe(
        'Type of the attack: the worst case of several for each example, misclassified before rightly classified, ' +
          'then by the training loss.',
      ),
    attacks: z
      .array(single)
      .min(1)
      .describe('Attacks whose worst case is taken, made one after the other in this order.'),
  });
}
