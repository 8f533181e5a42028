import { describe, expect, test } from '@jest/globals';
import { fastStream, fastStreamFrom } from '../../src/math/fast-stream.js';
import { ENDS } from '../../src/math/ziggurat.js';
import { within } from '../helpers/within.js';

/** Uniforms take two words, (a >>> 5) 2^26 + (b >>> 6) of 2^53. */
function uniformOf(a: number, b: number): number {
  return ((a >>> 5) * 67108864 + (b >>> 6)) / 2 ** 53;
}

/** Phi by its series (Marsaglia 2004): 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...). */
function normalCdf(x: number): number {
  let [sum, term] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

describe('the fast stream', () => {
  test('words are those of xoshiro128++ from the state 1, 2, 3, 4', () => {
    // first words of Blackman & Vigna's own code, as the tests of rand_xoshiro (Rust) list them
    const words = [641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295];
    const stream = fastStreamFrom(Int32Array.of(1, 2, 3, 4));
    for (let k = 0; k < words.length; k += 2) expect(stream.uniform()).toBe(uniformOf(words[k], words[k + 1]));
  });

  test('seed and name decide, and the words are the position', () => {
    const [a, b] = [fastStream(3, 'a'), fastStream(3, 'a')];
    for (let k = 0; k < 100; k += 1) a.normal();
    for (let k = 0; k < 100; k += 1) b.normal();
    const later = fastStreamFrom(Int32Array.from(b.words));
    expect([a.normal(), a.uniform()]).toEqual([later.normal(), later.uniform()]);
    expect(fastStream(3, 'b').normal()).not.toBe(fastStream(3, 'a').normal());
    expect(() => fastStream(-1, 'a')).toThrow('nonnegative integer');
  });

  test('layers of the ziggurat close at the top', () => {
    // the last layer, from x_255 to 0, must have the area of the others: x_255 (1 - f(x_255)) = x_1 (f(x_2) - f(x_1))
    const f = (x: number): number => Math.exp((-x * x) / 2);
    const area = (i: number): number => ENDS[i] * (f(ENDS[i + 1]) - f(ENDS[i]));
    within(area(255), area(1), { rel: 1e-11, because: 'r has 17 digits, and each layer adds its rounding' });
  });

  const n = 400_000;
  const normals = Float64Array.from(
    { length: n },
    (
      (stream) => () =>
        stream.normal()
    )(fastStream(5, 'normals')),
  );

  test('moments are those of the normal', () => {
    // E x^k and the variance of x^k, (2k - 1)!! - (E x^k)^2
    const moments = [[1, 0, 1], [2, 1, 2], [3, 0, 15], [4, 3, 96], [6, 15, 10395 - 225]]; // prettier-ignore
    for (const [power, mean, variance] of moments) {
      const found = normals.reduce((sum, x) => sum + x ** power, 0) / n;
      within(found, mean, { abs: 4.5 * Math.sqrt(variance / n), because: '4.5 standard errors' });
    }
  });

  test('Kolmogorov-Smirnov, and the tails where few numbers fall', () => {
    const sorted = normals.slice().sort();
    const distance = sorted.reduce((most, x, i) => {
      const F = Math.abs(x) > 6 ? Number(x > 0) : normalCdf(x);
      return Math.max(most, F - i / n, (i + 1) / n - F);
    }, 0);
    within(distance * Math.sqrt(n), 0, { abs: 1.95, because: 'P(sqrt(n) D > 1.95) = 0.001' });
    for (const [beyond, probability] of [
      [3, 2.699796e-3],
      [3.6541528853610088, 2.5803e-4],
      [4.2, 2.66915e-5],
    ]) {
      // prettier-ignore
      const count = normals.reduce((sum, x) => sum + Number(Math.abs(x) > beyond), 0);
      const expected = n * probability;
      within(count, expected, {
        abs: 4.5 * Math.sqrt(expected),
        because: '4.5 standard deviations of a Poisson count',
      });
    }
  });

  test('neighbours are independent', () => {
    for (const lag of [1, 2, 3]) {
      const sum = normals.subarray(lag).reduce((total, x, i) => total + x * normals[i], 0);
      within(sum / Math.sqrt(n), 0, { abs: 4.5, because: '4.5 standard errors of a correlation' });
    }
  });
});
