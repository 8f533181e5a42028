import { z } from 'zod';
import { count, createdAt, finite, kind, schemaVersion } from '../shared/common.js';
import { controlProblemSchema } from '../control-problem/control-problem.js';
import { provenanceSchema } from '../shared/provenance.js';
import { problemResultSchema } from './problem-result.js';

/** Numbers in a NumPy file beside this one: little-endian doubles in C order, those that are not finite as they are. */
export const arrayFileSchema = z.strictObject({
  file: z.string().describe('Name of a NumPy file (.npy) in the folder of this one.'),
  dtype: z.literal('<f8').describe('Type of the numbers: little-endian doubles.'),
  order: z.literal('C').describe('Order of the numbers: row-major.'),
  shape: z.array(count).describe('Length of each axis.'),
  sha256: z.string().describe('SHA-256 of the file, in hexadecimal.'),
});

/** Numbers, or the file that holds them. */
const list = z.union([z.array(finite), arrayFileSchema]);

/** One row-major array for each kept level, or all of them in a file of shape [levels, ...nodes]. */
const levels = z.union([z.array(z.array(finite.nullable())), arrayFileSchema]);

const axisSchema = z.strictObject({
  name: z.string().describe('Name of the state.'),
  grid: list.describe('The nodes in increasing order, or the file that holds them.'),
  coordinate: z.enum(['identity', 'log']).describe('Whether differences were taken in the state or in its logarithm.'),
});

const densitySchema = z.strictObject({
  times: list.describe('Time levels, or the file that holds them.'),
  values: levels.describe('Density at the nodes: one row-major array for each level, or all of them in a file.'),
});

export const problemSolutionSchema = z
  .strictObject({
    kind: kind('solution'),
    schema_version: schemaVersion,
    name: z.string().describe('Title of the problem.'),
    created_at: createdAt,
    problem: controlProblemSchema.describe('The problem that was solved, every default filled in.'),
    axes: z.array(axisSchema).describe('The grid: one axis for each state, in the order of the arrays below.'),
    controls: z.array(z.string()).describe('Names of the controls, which lie innermost in `control`.'),
    times: list.describe(
      'The time levels that are kept, or the file that holds them; 0 alone over an infinite horizon.',
    ),
    value: levels.describe(
      'The value at the nodes: one row-major array for each kept level, or all of them in a file. Null where not finite.',
    ),
    control: levels.describe('The optimal controls at the nodes, in the same form, the controls innermost.'),
    density: densitySchema.optional().describe('Density of the state under the policy, where --density asked for it.'),
    result: problemResultSchema.describe('What the solve found out: status, answers to the queries, errors, warnings.'),
    provenance: provenanceSchema,
  })
  .meta({ title: 'hjb-lr solution of a control problem' });

export type ProblemSolution = z.output<typeof problemSolutionSchema>;
export type ProblemResult = z.output<typeof problemResultSchema>;
export type ArrayFile = z.output<typeof arrayFileSchema>;
