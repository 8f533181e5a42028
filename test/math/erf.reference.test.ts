import { describe, expect, test } from '@jest/globals';
import { erf } from '../../src/math/erf.js';
import { within } from '../helpers/within.js';

/** From mpmath 1.3 at 40 digits. */
const REFERENCE: readonly (readonly [number, number])[] = [
  [1e-300, 1.1283791670955126e-300],
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.3, 0.3286267594591274],
  [0.46875, 0.492613473217938],
  [0.46876, 0.4926225311068465],
  [0.8, 0.7421009647076605],
  [1, 0.8427007929497149],
  [1.5, 0.9661051464753106],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
  [3.99, 0.9999999832607886],
  [4, 0.9999999845827421],
  [4.01, 0.9999999858030606],
  [5, 0.9999999999984625],
  [5.9, 0.9999999999999999],
];

describe('erf', () => {
  test.each(REFERENCE)('at %d and, with the other sign, at minus that', (x, expected) => {
    within(erf(x), expected, { rel: 1e-15, because: 'a few units of the last digit' });
    expect(erf(-x)).toBe(-erf(x));
  });

  test('0, beyond all digits of 1, and NaN', () => {
    expect([erf(0), erf(-0), erf(7), erf(-Infinity), erf(NaN)]).toEqual([0, -0, 1, -1, NaN]);
  });
});
