import { describe, expect, test } from '@jest/globals';
import { interpolateSolution, solve, solveHjb, type Answer } from '../../solvers/index.js';
import { compileProblem } from '../../src/synthesis/problem-file/compile.js';
import { within } from '../helpers/within.js';
import { EXPECTED, problemFile, type ExpectedAnswer } from './problems/expected.js';
import { controlErrorOverEstimate, errorOverEstimate, solvedFile } from './problems/solved.js';

/** Those with two states have a file of their own, to run beside this one. */
const TWO_STATES = ['lqr-two-states', 'rank-one'];
const ONE_STATE = EXPECTED.filter(({ file }) => !TWO_STATES.includes(file));

describe('example problems, one state, at the size that their file asks for', () => {
  const ratios: number[] = [];
  const controlRatios: number[] = [];
  const answers = new Map<string, Answer>();

  test.each(ONE_STATE)(
    '$file: $source',
    async (expected: ExpectedAnswer) => {
      const answer = await solvedFile(expected.file);
      answers.set(expected.file, answer);
      expect(answer.status).toBe('converged');
      expect(answer.monotone.space).toBe(true);
      expected.values.forEach((value, i) => {
        within(answer.values[i]!, value, { rel: expected.tolerance, because: 'asked of the accurate scheme' });
      });
      (expected.controls ?? []).forEach((u, i) => {
        const [found] = Object.values(answer.controls[i]!);
        within(found, u, { rel: expected.controlTolerance!, because: 'asked of the accurate scheme' });
      });
      ratios.push(...errorOverEstimate(answer, expected));
      controlRatios.push(...controlErrorOverEstimate(answer, expected));
    },
    60_000,
  );

  test('(i) with a and k in boxes is (i) at its worst case', async () => {
    const uncertain = answers.get('li-tai-e-uncertain')!;
    const { states, time } = await problemFile('li-tai-e-uncertain');
    const { problem, options } = await compileProblem({ ...(await problemFile('li-tai-e')), states, time });
    const certain = solve(problem, options);
    within(uncertain.values[0]!, certain.values[0]!, { rel: 1e-8, because: 'the tolerance of the steps' });
    within(uncertain.controls[0]!['u'], certain.controls[0]!['u'], { abs: 1e-8, because: 'the same' });
  });

  test('the error is within 3 times its estimate in at least 90 % of them', () => {
    expect(ratios.length).toBeGreaterThanOrEqual(ONE_STATE.length);
    expect(controlRatios.length).toBeGreaterThanOrEqual(10);
    for (const all of [ratios, controlRatios]) {
      expect(all.filter((ratio) => ratio <= 3).length / all.length).toBeGreaterThanOrEqual(0.9);
    }
  });
});

test('theory 5 (vi a): the control switches within one step of t_s = 1.0891957671', async () => {
  const { problem, options } = await compileProblem(await problemFile('bang-bang'));
  const solution = solveHjb(problem, { ...options, keep: 'all' });
  // On the optimal path from 3, which is 3 e^(-1.5 t) up to the switch; half way between 1 and 0.
  const controlAt = (t: number): number =>
    interpolateSolution(problem, solution, t, [3 * Math.exp(-1.5 * t)]).controls![0];
  const after = problem.times.findIndex((t) => controlAt(t) < 0.5);
  const [before, behind] = [problem.times[after - 1], problem.times[after]];
  const share = (controlAt(before) - 0.5) / (controlAt(before) - controlAt(behind));
  within(before + share * (behind - before), 1.0891957671, { abs: 2 / 400, because: 'one step' });
});
