import { describe, expect, test } from '@jest/globals';
import { twoWeights } from '../../benchmarks/sde/two-weights.js';
import { within } from '../helpers/within.js';

/** A small version of the study in benchmarks/sde/results: coarse grids, 800 runs of 40 updates. */
const SIZE = { eta: 0.05, runs: 800, nodes: 25, steps: 40, realNodes: 31 };

describe('adversarial logistic regression on two digits, through the whole line', () => {
  test('real runs agree with the HJB value, and with the exact transition over the examples', async () => {
    const study = await twoWeights('logistic', SIZE);
    const { mean, value, standardError, solverError, weakError, realValue, realValueError } = study;
    expect([study.examples, study.updates]).toEqual([244, 40]);
    within(mean, value, {
      abs: 3 * standardError + solverError + weakError,
      because: '3 standard errors, error of the solver, weak error of the value at this eta',
    });
    within(mean, realValue, {
      abs: 3 * standardError + realValueError,
      because: '3 standard errors and the change of the exact transition under refinement',
    });
    expect(solverError + weakError < 0.05 * value).toBe(true);
    const { mean: less, standard_error: error } = study.comparisons[0].cost_difference;
    expect(less! > -3 * error!).toBe(true);
  }, 240_000);
});
