import { z } from 'zod';
import { count, fraction, positive, positiveCount } from '../shared/common.js';

/** How a single table is cut into three splits. */
const splitSchema = z
  .strictObject({
    validation: fraction
      .default(0.15)
      .describe('Share of the examples that are held out for validation, in [0, 1]; 0.15 by default.'),
    test: fraction
      .default(0.15)
      .describe('Share of the examples that are held out for the test, in [0, 1]; 0.15 by default.'),
    seed: count
      .default(0)
      .describe('Seed of the permutation that deals the examples out to training, validation and test; 0 by default.'),
  })
  .refine((split) => split.validation + split.test < 1, { error: 'validation + test must leave training examples' })
  .prefault({})
  .describe('Shares of the examples that are held out for validation and for the test; the rest is trained on.');

const pool = positiveCount
  .default(1)
  .describe(
    'Side in pixels of the squares over which images are averaged when they are loaded; 1 (the default) leaves them ' +
      'as they are.',
  );

function scale(value: number) {
  return positive.default(value).describe('Divisor of the raw input values, by which inputs come to lie in [0, 1].');
}

/** Offsets and widths of the columns come from the training rows alone; the formulas stand at `normalized`. */
const normalize = z
  .enum(['minmax', 'standard'])
  .optional()
  .describe(
    'Scaling of each column by its training rows, in place of one scale for all: minmax brings its least and largest value to ' +
      '0 and 1; standard centres it at 0.5 with one standard deviation at 0.1, and the network sees standard scores. Values ' +
      'beyond [0, 1] are set to its ends and counted. None by default.',
  );

const inputShape = z
  .array(positiveCount)
  .min(2)
  .max(3)
  .transform((sides) => (sides.length === 2 ? [...sides, 1] : sides))
  .optional()
  .describe(
    "Shape [height, width, channels] of each example's inputs, which are given row by row and pixel by pixel, the channels " +
      'of a pixel together; channels may be left out where there is one. By default the inputs are no images.',
  );

const imagesFile = z
  .string()
  .describe('Path of an IDX file of images, gzip or not; a relative one starts at the folder of this file.');
const labelsFile = z
  .string()
  .describe(
    "Path of an IDX file of the images' labels, gzip or not; a relative one starts at the folder of this file.",
  );

/** Examples: a data set that ships with the project, or a user's own IDX, CSV or NPZ file. Inputs end in [0, 1]. */
export const dataSchema = z
  .discriminatedUnion('format', [
    z.strictObject({
      format: z.literal('builtin').describe('Source of the examples: a data set that ships with this package.'),
      name: z
        .enum(['fashion-mnist', 'digits'])
        .describe(
          'Name of the built-in data set: fashion-mnist (images of clothing) or digits (images of handwritten digits).',
        ),
      pool,
      train: positiveCount
        .optional()
        .describe('Number of training examples that are used; all of the data set by default.'),
    }),
    z.strictObject({
      format: z
        .literal('idx')
        .describe(
          'Format of the examples: IDX as MNIST has it, of unsigned bytes, with one file of images and one of labels.',
        ),
      images: imagesFile,
      labels: labelsFile,
      test: z
        .strictObject({ images: imagesFile, labels: labelsFile })
        .optional()
        .describe('Files of the test examples. With them split.test must be 0, and split.validation may be.'),
      pool,
      scale: scale(255),
      split: splitSchema,
    }),
    z.strictObject({
      format: z
        .literal('csv')
        .describe(
          'Format of the examples: CSV, a table of inputs and one column of labels, separated by commas, gzip or not.',
        ),
      path: z.string().describe('Path of the CSV file of examples; a relative one starts at the folder of this file.'),
      label: z
        .string()
        .optional()
        .describe('Name of the column of labels in the CSV file; the last column by default.'),
      shape: inputShape,
      scale: scale(1),
      normalize,
      split: splitSchema,
    }),
    z.strictObject({
      format: z.literal('npz').describe('Format of the examples: NPZ, arrays as numpy.savez writes them.'),
      path: z.string().describe('Path of the NPZ file of examples; a relative one starts at the folder of this file.'),
      inputs: z
        .string()
        .default('x')
        .describe('Name of the NPZ array of inputs, the examples along its first axis; x by default.'),
      labels: z
        .string()
        .default('y')
        .describe('Name of the NPZ array of integer labels, one for each example; y by default.'),
      shape: inputShape,
      scale: scale(1),
      normalize,
      split: splitSchema,
    }),
  ])
  .superRefine((data, context) => {
    if (data.format !== 'idx' || data.test === undefined || data.split.test === 0) return;
    const message = 'must be 0 where "test" names files of test examples';
    context.addIssue({ code: 'custom', path: ['split', 'test'], message, input: data.split.test });
  })
  .superRefine((data, context) => {
    if (!('normalize' in data) || data.normalize === undefined || data.scale === 1) return;
    const message = 'goes with no "normalize", which scales each column by itself: leave one of them out';
    context.addIssue({ code: 'custom', path: ['scale'], message, input: data.scale });
  });

export type DataSpec = z.output<typeof dataSchema>;
