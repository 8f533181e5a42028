import { z } from 'zod';

/** Of each example the worst case of several attacks: misclassified before rightly classified, then by the training loss. */
export function bestOf<Single>(single: z.ZodType<Single>) {
  return z.strictObject({ type: z.literal('best_of'), attacks: z.array(single).min(1) });
}
