import { describe, expect, test } from '@jest/globals';
import { longRun, robustness, simulateSgd, weakOrder } from '../../src/sde/index.js';
import { requireStudies } from '../../src/sde/studies.js';
import { modelOf } from './models.js';

describe('bad input of the studies', () => {
  test('weak order: every eta that does not divide the horizon, and counts', async () => {
    await expect(weakOrder(await modelOf(), { etas: [0.7, -1], runs: 1.5, paths: 10 })).rejects.toMatchObject({
      code: 'E_INVALID',
      issues: [
        { path: 'etas.0', message: 'must divide the horizon 3 into whole updates, got 0.7' },
        { path: 'etas.1' },
        { path: 'runs' },
      ],
    });
    await expect(weakOrder(await modelOf(), { etas: [0.1, 0.1] })).rejects.toMatchObject({
      issues: [{ path: 'etas' }],
    });
  });

  test('simulation: counts and seed; a rate that leaves its bounds is named with its place', async () => {
    await expect(simulateSgd(await modelOf(), { runs: 1, seed: -1 })).rejects.toMatchObject({
      issues: [{ path: 'runs' }, { path: 'paths' }, { path: 'seed' }],
    });
    const leaving = await modelOf({ rate: { value: '1 - t/2', bounds: [0, 1] } });
    await expect(simulateSgd(leaving, { runs: 2 })).rejects.toThrow(
      /The rate is -0.05.* at theta = .*, t = 2.1; its bounds/,
    );
  });

  test('a real iteration that diverges', async () => {
    const model = await modelOf({ eta: 3, horizon: 3000, rate: { value: 1, bounds: [0, 1] } });
    await expect(simulateSgd(model, { runs: 2 })).rejects.toMatchObject({ code: 'E_NOT_CONVERGED' });
    expect(() => longRun(model)).toThrow('The real iteration is not stable at the rest point at this rate.');
  });

  test('long run: no rest point, or a rate of 0', async () => {
    const drifting = await modelOf({ loss: 'theta + 0*x', attack: { type: 'none' } });
    expect(() => longRun(drifting)).toThrow('no stable rest point');
    const stopping = await modelOf({ rate: { value: 'max(0, 1 - t)', bounds: [0, 1] } });
    expect(() => longRun(stopping)).toThrow('The rate is 0 at the horizon');
  });

  test('robustness: budgets', async () => {
    await expect(robustness(await modelOf(), { eps: [0.1, -1, NaN] })).rejects.toMatchObject({
      issues: [{ path: 'eps.1' }, { path: 'eps.2' }],
    });
  });

  test('an option without its study', () => {
    expect(() => requireStudies({ etas: [0.1] })).toThrow('--etas says nothing without --weak-order.');
    expect(() => requireStudies({ runs: 3, robustness: true })).toThrow(
      'without --simulate or --weak-order or --long-run',
    );
    expect(requireStudies({ runs: 3, longRun: true })).toBeUndefined();
  });
});
