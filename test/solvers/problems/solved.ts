import { solve, type Answer } from '../../../solvers/index.js';
import { compileProblem } from '../../../src/synthesis/problem-file/compile.js';
import { problemFile, type ExpectedAnswer } from './expected.js';

/** The answer to a problem file of this folder. */
export async function solvedFile(name: string): Promise<Answer> {
  const { problem, options } = await compileProblem(await problemFile(name));
  return solve(problem, options);
}

/** For each query the true error over the estimate; 0 where the error is within what the reference itself leaves open. */
export function errorOverEstimate(answer: Answer, { values, referenceError = 1e-9 }: ExpectedAnswer): number[] {
  return values.map((exact, i) => {
    const error = Math.abs(answer.values[i]! - exact) - referenceError * Math.abs(exact);
    return Math.max(0, error) / answer.errorEstimates.values[i]!;
  });
}

/** For each control that is known the true error over the estimate; 0 where the error is that of rounding. */
export function controlErrorOverEstimate(answer: Answer, { controls = [] }: ExpectedAnswer): number[] {
  return controls.map((exact, i) => {
    const [found] = Object.values(answer.controls[i]!);
    const [estimate] = Object.values(answer.errorEstimates.controls[i]!);
    const error = Math.abs(found - exact);
    return error <= 1e-9 * Math.abs(exact) ? 0 : error / estimate;
  });
}
