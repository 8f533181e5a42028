import { z } from 'zod';
import { count, fraction, positive, positiveCount } from '../shared/common.js';

/** How a single table is cut into three splits. */
const splitSchema = z
  .strictObject({
    validation: fraction.default(0.15).describe('Share of the examples that are validation examples.'),
    test: fraction.default(0.15).describe('Share of the examples that are test examples.'),
    seed: count.default(0).describe('Seed of the permutation by which examples are dealt out.'),
  })
  .refine((split) => split.validation + split.test < 1, { error: 'validation + test must leave training examples' })
  .prefault({})
  .describe('Shares of the examples that are kept for validation and for the test; the rest is trained on.');

const pool = positiveCount
  .default(1)
  .describe('Side of the square over which pixels are averaged when they are loaded; 1 leaves them as they are.');

function scale(value: number) {
  return positive.default(value).describe('Raw values are divided by this, so that inputs lie in [0, 1].');
}

const imagesFile = z
  .string()
  .describe('Path of an IDX file of images, gzip or not; a relative one starts at the folder of this file.');
const labelsFile = z.string().describe('Path of the IDX file of their labels, gzip or not.');

/** Examples: a data set that ships with the project, or a user's own IDX, CSV or NPZ file. Inputs end in [0, 1]. */
export const dataSchema = z
  .discriminatedUnion('format', [
    z.strictObject({
      format: z.literal('builtin').describe('A data set that ships with this package.'),
      name: z.enum(['fashion-mnist', 'digits']).describe('Which one.'),
      pool,
      train: positiveCount.optional().describe('How many of the training examples to use; all by default.'),
    }),
    z.strictObject({
      format: z.literal('idx').describe("MNIST's format: unsigned bytes, one file of images and one of labels."),
      images: imagesFile,
      labels: labelsFile,
      test: z
        .strictObject({ images: imagesFile, labels: labelsFile })
        .optional()
        .describe('Files of the test examples. Then split.test must be 0, and split.validation may be.'),
      pool,
      scale: scale(255),
      split: splitSchema,
    }),
    z.strictObject({
      format: z
        .literal('csv')
        .describe('A table of inputs and one column of labels, separated by commas, gzip or not.'),
      path: z.string().describe('Path of the file; a relative one starts at the folder of this file.'),
      label: z.string().optional().describe('Name of the label column; the last column by default.'),
      scale: scale(1),
      split: splitSchema,
    }),
    z.strictObject({
      format: z.literal('npz').describe('Arrays as numpy.savez writes them.'),
      path: z.string().describe('Path of the file; a relative one starts at the folder of this file.'),
      inputs: z.string().default('x').describe('Name of the array of inputs, the examples along its first axis.'),
      labels: z.string().default('y').describe('Name of the array of integer labels, one for each example.'),
      scale: scale(1),
      split: splitSchema,
    }),
  ])
  .superRefine((data, context) => {
    if (data.format !== 'idx' || data.test === undefined || data.split.test === 0) return;
    const message = 'must be 0 where "test" names files of test examples';
    context.addIssue({ code: 'custom', path: ['split', 'test'], message, input: data.split.test });
  });

export type DataSpec = z.output<typeof dataSchema>;
