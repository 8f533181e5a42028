import { expect, test } from '@jest/globals';
import { clipStep } from '../../src/schedules/clip.js';

const clip = { kind: 'ratchet', gain: 0.05 } as const;

test('without a clip the factor is 1', () => {
  expect(clipStep(null, null, 7)).toEqual({ factor: 1, state: null });
});

// G = 4, |g| = 4: factor 1, G stays. |g| = 2: factor 1, G = 4 + 0.05 (2 - 4) = 3.9.
// |g| = 39: factor 3.9 / 39 = 0.1, and G stays, for min(39, 3.9) = 3.9.
test('G starts at the first norm, falls towards smaller norms, and never rises', () => {
  const first = clipStep(clip, null, 4);
  expect(first).toEqual({ factor: 1, state: 4 });
  const second = clipStep(clip, first.state, 2);
  expect(second.factor).toBe(1);
  expect(second.state).toBeCloseTo(3.9, 12);
  const third = clipStep(clip, second.state, 39);
  expect(third.factor).toBeCloseTo(0.1, 12);
  expect(third.state).toBeCloseTo(3.9, 12);
});

test('the factor is taken before G moves', () => {
  expect(clipStep({ kind: 'ratchet', gain: 1 }, 4, 2)).toEqual({ factor: 1, state: 2 });
  expect(clipStep({ kind: 'ratchet', gain: 1 }, 2, 4)).toEqual({ factor: 0.5, state: 2 });
});

// 3 / (4 + 1e-6); below the maximum nothing; no memory.
test('the norm clip is that of torch.nn.utils.clip_grad_norm_', () => {
  const norm = { kind: 'norm', maximum: 3 } as const;
  expect(clipStep(norm, null, 4)).toEqual({ factor: 3 / 4.000001, state: null });
  expect(clipStep(norm, null, 2.9)).toEqual({ factor: 1, state: null });
  expect(clipStep(norm, null, 0)).toEqual({ factor: 1, state: null });
});

test('a norm that is not finite has no step, and is not remembered', () => {
  for (const norm of [NaN, Infinity]) {
    expect(clipStep(clip, null, norm)).toEqual({ factor: 0, state: null });
    expect(clipStep(clip, 3, norm)).toEqual({ factor: 0, state: 3 });
    expect(clipStep({ kind: 'norm', maximum: 3 }, null, norm)).toEqual({ factor: 0, state: null });
  }
});

test('a gradient of zero is not divided by, and G does not start there', () => {
  expect(clipStep(clip, null, 0)).toEqual({ factor: 1, state: null });
  expect(clipStep(clip, 0, 0)).toEqual({ factor: 1, state: 0 });
});
