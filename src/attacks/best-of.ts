import { z } from 'zod';

/** The worst case of several attacks, for each example. */
export function bestOf<Single>(single: z.ZodType<Single>) {
  return z.strictObject({
    type: z
      .literal('best_of')
      .describe(
        'Each example keeps its worst case of several attacks: misclassified before rightly classified, then by the ' +
          'training loss.',
      ),
    attacks: z.array(single).min(1).describe('These attacks are made one after the other, in this order.'),
  });
}
