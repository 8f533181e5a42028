import { z } from 'zod';
import { HjbLrError } from '../../errors.js';
import {
  count,
  createdAt,
  digestField,
  finite,
  increasing,
  kind,
  nonnegative,
  versionField,
} from '../shared/common.js';
import { provenanceSchema } from '../shared/provenance.js';
import { problemSolutionSchema } from './problem-solution.js';
import { monotoneInSpace, policyIterations, remedy, residual, solveStatus } from './solve-report.js';

const axisSchema = z.strictObject({
  name: z.string().describe('Name of the state along this axis of the grid.'),
  grid: increasing.describe('Nodes of the grid along the state, in increasing order.'),
  coordinate: z
    .enum(['identity', 'log'])
    .describe('Coordinate in which differences were taken: identity for the state itself, log for its logarithm.'),
});

const levels = z.array(z.array(finite.nullable()));

/** The solution of the control problem of a fitted closure. */
export const closureSolutionSchema = z
  .strictObject({
    kind: kind('solution'),
    schema_version: versionField('solution'),
    name: z.string().describe('Name of the experiment.'),
    created_at: createdAt,
    sha256: digestField,
    closure: z.string().describe('Name of the closure (reduced model of the loss) whose control problem was solved.'),
    axes: z.array(axisSchema).describe('Axes of the grid, one for each state, in the order of the arrays.'),
    times: increasing.describe('Time levels that are kept, in updates done.'),
    value: levels.describe(
      'Expected cost from each time level and node on: one row-major array over the axes for each level. Null where ' +
        'not finite.',
    ),
    control: levels.describe(
      'Optimal learning rate at the nodes: one row-major array over the axes for each level. Null where not finite.',
    ),
    status: solveStatus,
    remedy,
    residual,
    policy_iterations: policyIterations,
    monotone: monotoneInSpace,
    steps: count.describe('Number of time steps.'),
    seconds: nonnegative.optional().describe('Wall time of the solve, in seconds.'),
    provenance: provenanceSchema,
  })
  .refine(hasWholeLevels, { error: 'must hold one array for each time, with an entry for each node', path: ['value'] })
  .meta({ title: 'hjb-lr solution of a closure' });

interface Levels {
  readonly times: readonly number[];
  readonly axes: readonly { readonly grid: readonly number[] }[];
  readonly value: readonly (readonly unknown[])[];
  readonly control: readonly (readonly unknown[])[];
}

function hasWholeLevels({ times, axes, value, control }: Levels): boolean {
  const nodes = axes.reduce((product, { grid }) => product * grid.length, 1);
  return [value, control].every((of) => of.length === times.length && of.every((level) => level.length === nodes));
}

/** Either has the kind `solution`: that of a closure, or that of a control problem, which it repeats. */
export const solutionSchema = z
  .union([closureSolutionSchema, problemSolutionSchema])
  .meta({ title: 'hjb-lr solution' });

export type Solution = z.output<typeof closureSolutionSchema>;

/**
 * A solution that has to be that of a closure.
 * @throws E_KIND for that of a control problem; `file` only names it
 */
export function closureSolution(solution: z.output<typeof solutionSchema>, file: string): Solution {
  if ('closure' in solution) return solution;
  throw new HjbLrError('E_KIND', `${file} is the solution of a control problem, not of a fitted closure.`, {
    remedy: 'Give the solution that `hjb-lr solve COEFFICIENTS` wrote.',
    fields: { file },
  });
}
