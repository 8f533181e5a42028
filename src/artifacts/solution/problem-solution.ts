import { z } from 'zod';
import { count, createdAt, digestField, finite, kind, versionField } from '../shared/common.js';
import { controlProblemSchema } from '../control-problem/control-problem.js';
import { provenanceSchema } from '../shared/provenance.js';
import { problemResultSchema } from './problem-result.js';

/** Numbers in a NumPy file beside this one: little-endian doubles in C order, those that are not finite as they are. */
export const arrayFileSchema = z.strictObject({
  file: z.string().describe('Name of a NumPy file (.npy) in the folder of this one.'),
  dtype: z.literal('<f8').describe('Type of the numbers in the NumPy file: little-endian doubles.'),
  order: z.literal('C').describe('Order of the numbers in the NumPy file: row-major.'),
  shape: z.array(count).describe("Lengths of the array's axes in the NumPy file."),
  sha256: z.string().describe('SHA-256 of the NumPy file, in hexadecimal.'),
});

/** Numbers, or the file that holds them. */
const list = z.union([z.array(finite), arrayFileSchema]);

/** One row-major array for each kept level, or all of them in a file of shape [levels, ...nodes]. */
const levels = z.union([z.array(z.array(finite.nullable())), arrayFileSchema]);

const axisSchema = z.strictObject({
  name: z.string().describe('Name of the state along this axis of the grid.'),
  grid: list.describe('Nodes of the grid along the state in increasing order, or the file that holds them.'),
  coordinate: z
    .enum(['identity', 'log'])
    .describe('Coordinate in which differences were taken: identity for the state itself, log for its logarithm.'),
});

const densitySchema = z.strictObject({
  times: list.describe('Time levels of the density, or the file that holds them.'),
  values: levels.describe('Density at the nodes: one row-major array for each level, or all of them in a file.'),
});

export const problemSolutionSchema = z
  .strictObject({
    kind: kind('solution'),
    schema_version: versionField('solution'),
    name: z.string().describe('Title of the control problem.'),
    created_at: createdAt,
    sha256: digestField,
    problem: controlProblemSchema.describe('Control problem that was solved, every default filled in.'),
    axes: z.array(axisSchema).describe('Axes of the grid, one for each state, in the order of the arrays.'),
    controls: z.array(z.string()).describe('Names of the controls, which lie innermost in `control`.'),
    times: list.describe('Time levels that are kept, or the file that holds them; 0 alone over an infinite horizon.'),
    value: levels.describe(
      'Value at the nodes: one row-major array for each kept level, or all of them in a file. Null where not finite.',
    ),
    control: levels.describe(
      'Optimal controls at the nodes, the controls innermost: one row-major array for each kept level, or all of ' +
        'them in a file.',
    ),
    density: densitySchema
      .optional()
      .describe('Density of the state under the optimal policy, where --density asked for it.'),
    result: problemResultSchema.describe(
      'Result of the solve: status, values and controls at the queries, errors and warnings.',
    ),
    provenance: provenanceSchema,
  })
  .meta({ title: 'hjb-lr solution of a control problem' });

export type ProblemSolution = z.output<typeof problemSolutionSchema>;
export type ProblemResult = z.output<typeof problemResultSchema>;
export type ArrayFile = z.output<typeof arrayFileSchema>;
