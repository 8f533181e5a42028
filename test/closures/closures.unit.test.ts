import { describe, expect, test } from '@jest/globals';
import { nodesAlong, supportOf } from '../../src/closures/axes.js';
import { isCovariance } from '../../src/closures/covariance.js';
import { CLOSURES, registerClosure } from '../../src/closures/index.js';
import { nodesSchema } from '../../src/closures/schemas.js';
import type { HjbLrError } from '../../src/errors.js';

describe('every built-in closure', () => {
  test.each(Object.entries(CLOSURES))('%s says the same of its states in all its parts', (name, closure) => {
    const medians = Object.fromEntries(Object.entries(closure.priors).map(([key, { median }]) => [key, median]));
    const scales = { firstLoss: 2.3, peak: 0.4, horizon: 800 };
    const spec = closure.filter(medians as Parameters<typeof closure.filter>[0], scales);
    const states = closure.states({ ...spec.parameters }, scales).map((state) => state.name);
    expect(spec.kind).toBe(name);
    expect(closure.filterSchema.safeParse(spec).success).toBe(true);
    expect(Object.keys(closure.axes)).toEqual(states);
    expect(Object.keys(closure.origin).sort()).toEqual(Object.keys(spec.parameters).sort());
    expect(closure.equations.drift).toHaveLength(states.length);
    expect(spec.initial.mean).toHaveLength(states.length);
  });
});

describe('nodes of the grid', () => {
  test('are 31 along every state by default, and what files say of the two-state closure holds for the other', () => {
    expect(nodesSchema.parse({})).toEqual({ slow: 31, noise: 31 });
    expect(nodesAlong('loss_alone', 'excess', { slow: 11, noise: 7 })).toBe(11);
    expect(nodesAlong('loss_alone', 'excess', { slow: 11, excess: 9 })).toBe(9);
    expect(nodesAlong('slow_noise_memory', 'noise', { slow: 11, noise: 7 })).toBe(7);
  });

  test('belong to states that there are', () => {
    expect(nodesSchema.safeParse({ slwo: 11 }).success).toBe(false);
  });
});

describe('a closure from outside', () => {
  const { slow, noise } = CLOSURES.slow_noise_memory.axes;

  test.each([
    ['the same axis for a state of another one', { slow: { ...slow }, gap: noise }, []],
    ['other nodes', { slow: { ...slow, nodes: 99 }, noise }, ['axes.slow']],
    ['other words', { slow, noise: { ...noise, words: 'memory' } }, ['axes.noise']],
  ])('with %s', (_what, axes, expected) => {
    // It comes too late in any case here: the schemas have been made.
    const paths = issuesOf(() => registerClosure({ ...CLOSURES.slow_noise_memory, name: 'outside', axes }));
    expect(paths).toEqual(['name', ...expected]);
  });

  const issuesOf = (call: () => void): string[] => {
    try {
      call();
    } catch (error) {
      return (error as HjbLrError).issues.map(({ path }) => path);
    }
    return [];
  };
});

test('the support is twice the domain, down to 0 for noise', () => {
  const states = ['slow', 'noise'].map((name) => ({ name, domain: [0.1, 1] as [number, number] }));
  expect(supportOf({ name: 'slow_noise_memory', states })).toEqual({ slow: [0.05, 2], noise: [0, 2] });
});

test('a covariance is symmetric and positive semidefinite, for three states too', () => {
  // The second has the eigenvalue 1 - 2 * 0.6 along (1, -1, 1): its leading 2 x 2 block alone is positive.
  const correlated = (r: number): number[][] => [
    [1, r, -r],
    [r, 1, r],
    [-r, r, 1],
  ];
  expect([0.4, 0.6].map((r) => isCovariance(correlated(r)))).toEqual([true, false]);
  expect(
    isCovariance([
      [1, 0.1],
      [0, 1],
    ]),
  ).toBe(false);
  expect([isCovariance([[0]]), isCovariance([[-1]])]).toEqual([true, false]);
});
