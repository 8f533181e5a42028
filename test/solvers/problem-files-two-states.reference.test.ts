import { describe, expect, test } from '@jest/globals';
import { within } from '../helpers/within.js';
import { EXPECTED, type ExpectedAnswer } from './problems/expected.js';
import { errorOverEstimate, solvedFile } from './problems/solved.js';

describe('example problems, two states, at the size that their file asks for', () => {
  test.each(EXPECTED.filter(({ file }) => ['lqr-two-states', 'rank-one'].includes(file)))(
    '$file: $source',
    async (expected: ExpectedAnswer) => {
      const answer = await solvedFile(expected.file);
      expect(answer.status).toBe('converged');
      expect(answer.monotone.space).toBe(true);
      within(answer.values[0]!, expected.values[0], {
        rel: expected.tolerance,
        because: 'asked of the accurate scheme',
      });
      within(answer.controls[0]!['u'], expected.controls![0], {
        rel: expected.controlTolerance!,
        because: 'asked of the accurate scheme',
      });
      expect(errorOverEstimate(answer, expected)[0]).toBeLessThanOrEqual(3);
    },
    60_000,
  );
});
