import { describe, expect, test } from '@jest/globals';
import { decideStopping, gainOfContinuing, type GapClosure, type Look } from '../../src/stopping/index.js';
import { within } from '../helpers/within.js';

const CLOSURE: GapClosure = { level: 2, fall: 0.2, drift: 1e-4, driftError: 1e-6, variance: 0 };
const PRICE = 1e-4;
/** fall / k = drift + price: here one more update stops to pay. */
const BOUNDARY = CLOSURE.fall / (CLOSURE.drift + PRICE);

/** Looks that obey the closure, the last one after `update` updates. */
function looksUntil(update: number): Look[] {
  return [0.4, 0.55, 0.75, 1].map((share) => {
    const k = update * share;
    const trainingLoss = CLOSURE.level - CLOSURE.fall * Math.log(k);
    return { update: k, trainingLoss, heldOutLoss: trainingLoss + 0.1 + CLOSURE.drift * k };
  });
}

/**
 * min(y, b) - V of dy = (drift - fall / k) dk + sigma dW by an explicit recursion on its own lattice y +- sigma sqrt(dk):
 * training loss and gap enter through their sum alone.
 */
function latticeGain(closure: GapClosure, look: Look, updatesLeft: number, price: number): number {
  const steps = 800;
  const dk = updatesLeft / steps;
  const jump = Math.sqrt(closure.variance * dk);
  const mean = (k: number): number => closure.drift * (k - look.update) - closure.fall * Math.log(k / look.update);
  const b = look.heldOutLoss;
  const returned = (step: number, i: number): number =>
    Math.min(b + mean(look.update + step * dk) + (2 * i - step) * jump, b);
  let values = Array.from({ length: steps + 1 }, (_, i) => returned(steps, i));
  for (let step = steps - 1; step >= 0; step -= 1) {
    values = Array.from({ length: step + 1 }, (_, i) =>
      Math.min(returned(step, i), price * dk + (values[i] + values[i + 1]) / 2),
    );
  }
  return b - values[0];
}

describe('the gain of going on', () => {
  test.each([0.3, 0.6, 0.8])('without noise is the closed form, from %s of the boundary', (share) => {
    const start = share * BOUNDARY;
    const exact = CLOSURE.fall * Math.log(1 / share) - (CLOSURE.drift + PRICE) * (BOUNDARY - start);
    const gain = gainOfContinuing(looksUntil(start), CLOSURE, { price: PRICE, updatesLeft: 4 * BOUNDARY });
    within(gain, exact, { rel: 0.01, because: 'stopping at 400 levels only' });
  });

  test('with noise is that of a binomial lattice of the sum of both states', () => {
    const noisy = { ...CLOSURE, variance: 1e-6 };
    const looks = looksUntil(0.8 * BOUNDARY);
    const exact = latticeGain(noisy, looks[3], 2 * BOUNDARY, PRICE);
    const gain = gainOfContinuing(looks, noisy, { price: PRICE, updatesLeft: 2 * BOUNDARY });
    within(gain, exact, {
      abs: 0.08 * exact,
      because: 'a grid of 41 x 41 nodes and 60 steps across the kink of min(S + G, b)',
    });
  });
});

describe('the decision', () => {
  const options = { price: PRICE, updatesLeft: 4 * BOUNDARY };
  test('is to go on below the boundary, and to stop beyond it', () => {
    expect(decideStopping(looksUntil(0.7 * BOUNDARY), options).action).toBe('continue');
    expect(decideStopping(looksUntil(1.1 * BOUNDARY), options).action).toBe('stop');
  });

  test('is to go on where updates have no price, or the closure is not identified, and says so', () => {
    const late = looksUntil(3 * BOUNDARY);
    expect(decideStopping(late, { ...options, price: 0 })).toEqual({
      action: 'continue',
      reason: 'updates have no price: the best look will be returned',
    });
    expect(decideStopping(late.slice(1), options)).toEqual({
      action: 'continue',
      reason: 'not identified: 3 looks do not identify the drift of the gap',
    });
  });

  test('is to stop where the budget ends', () => {
    expect(decideStopping(looksUntil(100), { price: 0, updatesLeft: 0 }).action).toBe('stop');
  });
});
