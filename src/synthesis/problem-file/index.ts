import { solve, type Answer } from '../../../solvers/index.js';
import type { ControlProblemFile } from '../../artifacts/control-problem/control-problem.js';
import { compileProblem } from './compile.js';
import { orEveryFault } from './every-fault.js';

/** Control problems written as expressions in a JSON file: what `hjb-lr-solvers/problem-file` exports. */
export type { ControlProblemFile, ControlProblemInput } from '../../artifacts/control-problem/control-problem.js';
export { compileProblem, type CompiledProblem } from './compile.js';
export { parseProblemFile, readProblemFile } from './read.js';

/**
 * Solves a problem file, with the options that it holds; values and controls are in the order of its queries.
 * @throws what `compileProblem` and `solve` throw, naming every expression at fault
 *
 * @example
 * (await solveProblemFile(await readProblemFile('problem.json'))).values;
 */
export async function solveProblemFile(file: ControlProblemFile): Promise<Answer> {
  const { problem, options, requireInputs } = await compileProblem(file);
  return orEveryFault(() => solve(problem, options), requireInputs);
}
