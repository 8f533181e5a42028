import { describe, expect, test } from '@jest/globals';
import { FAMILIES } from '../../benchmarks/solvers/random/families.js';
import { judged } from '../../benchmarks/solvers/random/judge.js';

/** Of each family, small: twelve families make about a hundred. */
const PROBLEMS = 8;
const SCALE = 0.4;

/** As many may be further off than three of their own errors. */
const MOST_MISSED = 1;

describe('random problems with truths in closed form (benchmarks/solvers/random)', () => {
  test.each(Object.keys(FAMILIES))(
    '%s: value and control within 3 errors, values in the range of the data',
    (family) => {
      const verdicts = Array.from({ length: PROBLEMS }, (_, seed) => judged(family, seed, SCALE));
      expect(verdicts.filter(({ isInRange }) => !isInRange)).toEqual([]);
      const missed = verdicts.filter(({ isCovered }) => !isCovered);
      expect(missed.slice(MOST_MISSED)).toEqual([]);
    },
  );
});
