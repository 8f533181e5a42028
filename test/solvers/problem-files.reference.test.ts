import { describe, expect, test } from '@jest/globals';
import { within } from '../helpers/within.js';
import { EXPECTED, type ExpectedAnswer } from './problems/expected.js';
import { errorOverEstimate, solvedFile } from './problems/solved.js';

/** Those with two states have a file of their own, to run beside this one. */
const TWO_STATES = ['lqr-two-states', 'rank-one'];
const ONE_STATE = EXPECTED.filter(({ file }) => !TWO_STATES.includes(file));

describe('example problems, one state, at the size that their file asks for', () => {
  const ratios: number[] = [];

  test.each(ONE_STATE)(
    '$file: $source',
    async (expected: ExpectedAnswer) => {
      const answer = await solvedFile(expected.file);
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
    },
    60_000,
  );

  test('the error is within 3 times its estimate in at least 90 % of them', () => {
    expect(ratios.length).toBeGreaterThanOrEqual(ONE_STATE.length);
    const covered = ratios.filter((ratio) => ratio <= 3).length / ratios.length;
    expect(covered).toBeGreaterThanOrEqual(0.9);
  });
});
