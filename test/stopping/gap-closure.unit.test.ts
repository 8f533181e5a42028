import { describe, expect, test } from '@jest/globals';
import { fitGapClosure, type Look } from '../../src/stopping/index.js';
import { within } from '../helpers/within.js';

/** S = 2 - 0.3 ln k and G = 0.1 + 1e-4 k, exactly. */
const EXACT: readonly Look[] = [200, 300, 450, 700, 1000].map((update) => {
  const trainingLoss = 2 - 0.3 * Math.log(update);
  return { update, trainingLoss, heldOutLoss: trainingLoss + 0.1 + 1e-4 * update };
});

describe('the closure through the looks of a run', () => {
  test('is found where the looks obey it', () => {
    const fit = fitGapClosure(EXACT);
    if (!fit.identified) throw new Error(fit.reason);
    const { level, fall, drift, variance } = fit.closure;
    within(level, 2, { abs: 1e-12, because: 'rounding' });
    within(fall, 0.3, { abs: 1e-12, because: 'rounding' });
    within(drift, 1e-4, { abs: 1e-15, because: 'rounding' });
    within(variance, 0, { abs: 1e-20, because: 'rounding' });
  });

  test('forgets looks of long ago', () => {
    const early = { update: 10, trainingLoss: 9, heldOutLoss: 20 };
    const more = { update: 1400, trainingLoss: 2 - 0.3 * Math.log(1400), heldOutLoss: 0 };
    const line = [...EXACT, { ...more, heldOutLoss: more.trainingLoss + 0.1 + 0.14 }];
    expect(fitGapClosure([early, ...line])).toEqual(fitGapClosure(line));
  });

  const closing = EXACT.map((look) => ({ ...look, heldOutLoss: look.trainingLoss + 1 - 1e-4 * look.update }));
  const rising = EXACT.map((look) => ({ ...look, trainingLoss: 3 - look.trainingLoss }));
  const lost = EXACT.map((look) => ({ ...look, heldOutLoss: NaN }));
  test.each([
    ['three looks', EXACT.slice(0, 3), '3 looks do not identify the drift of the gap'],
    ['a gap that closes', closing, 'the gap does not grow beyond its error'],
    ['a training loss that rises', rising, 'the training loss does not fall'],
    ['a look that is not finite', lost, 'a look is not finite'],
  ])('is not identified by %s', (_name, looks, reason) => {
    expect(fitGapClosure(looks)).toEqual({ identified: false, reason });
  });
});
