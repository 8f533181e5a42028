import { describe, expect, test } from '@jest/globals';
import { gradientMoments } from '../../../src/measurements/estimators/gradient-moments.js';
import { stepCurvature } from '../../../src/measurements/estimators/step-curvature.js';

describe('gradientMoments', () => {
  test('two gradients: their product, and half their squared distance', () => {
    // (1, 2) and (3, -1): product 3 - 2 = 1; distance (2, -3), 13 / 2
    const { squaredMean, noiseTrace, noiseAlongMean } = gradientMoments([
      [1, 2],
      [3, -1],
    ]);
    expect([squaredMean, noiseTrace, noiseAlongMean]).toEqual([1, 6.5, NaN]);
  });

  test('three gradients: the sample variance', () => {
    // 1, 2, 6: products 2, 6, 12 have the mean 20/3; mean 3, squares of deviations 4 + 1 + 9 = 14, over 2
    const { squaredMean, noiseTrace } = gradientMoments([[1], [2], [6]]);
    expect(squaredMean).toBeCloseTo(20 / 3, 14);
    expect(noiseTrace).toBeCloseTo(7, 14);
  });

  test('four gradients of one weight: hbar^2 S by all splits into two pairs', () => {
    // (h1 (h3 - h4)) (h2 (h3 - h4)) / 2 = h1 h2 (h3 - h4)^2 / 2 over the six splits of 0, 1, 2, 3 into {1, 2} and {3, 4}:
    // {0,1}|{2,3}: 0, {0,2}: 0, {0,3}: 0, {1,2}|{0,3}: 2 * 9 / 2 = 9, {1,3}|{0,2}: 3 * 4 / 2 = 6, {2,3}|{0,1}: 6 * 1 / 2 = 3
    expect(gradientMoments([[0], [1], [2], [3]]).noiseAlongMean).toBeCloseTo((9 + 6 + 3) / 6, 14);
  });

  test('the example of its docstring', () => {
    expect(gradientMoments([Float64Array.of(1, 0), Float64Array.of(0, 1)])).toMatchObject({
      squaredMean: 0,
      noiseTrace: 1,
    });
  });
});

describe('stepCurvature', () => {
  test('of a quadratic loss it is exact: L = theta_1^2 + 3 theta_2 at (2, 1), s = (1, 2)', () => {
    const loss = { loss: ([a, b]: Float32Array) => a * a + 3 * b, gradient: () => new Float64Array(2) };
    // gradient (4, 3), <s, gradient> = 4 + 6; H = diag(2, 0), s^T H s = 2; L(1, -1) = -2 = 7 - 10 + 2/2
    expect(stepCurvature(loss, Float32Array.of(2, 1), [1, 2])).toEqual({ loss: 7, slope: 10, curvature: 2 });
  });

  test('what it says of the step adds up to the loss after it', () => {
    const loss = { loss: ([a]: Float32Array) => Math.exp(a), gradient: () => new Float64Array(1) };
    const { loss: here, slope, curvature } = stepCurvature(loss, Float32Array.of(0.5), [0.25]);
    expect(here - slope + curvature / 2).toBeCloseTo(Math.exp(0.25), 14);
    // L' = L'' = e^0.5: slope 0.25 (1 + 0.25^2/6), curvature 0.25^2 (1 + 0.25^2/12) of it
    expect(slope).toBeCloseTo(0.25 * Math.exp(0.5) * (1 + 0.0625 / 6), 4);
    expect(curvature).toBeCloseTo(0.0625 * Math.exp(0.5) * (1 + 0.0625 / 12), 5);
  });
});
