import { describe, expect, test } from '@jest/globals';
import type { HjbLrError } from '../../src/errors.js';
import { pilotRuns } from '../../src/estimation/observations.js';
import { pilotLog } from '../helpers/pilot-log.js';

function refusal(run: () => unknown): HjbLrError {
  try {
    run();
  } catch (error) {
    return error as HjbLrError;
  }
  throw new Error('not refused');
}

describe('pilotRuns', () => {
  test('takes rates and losses of identification runs, not of the search for the peak', () => {
    const logs = [pilotLog('reading', { purpose: 'pilot/reading' }), pilotLog('a'), pilotLog('b')];
    const runs = pilotRuns(logs);
    expect(runs.map((run) => run.id)).toEqual(['a', 'b']);
    expect(runs[0].rates[0]).toBe(0.1);
    expect(runs[0].losses[1]).toBe(2.3 - 0.01);
  });

  test('all bad runs are named at once', () => {
    const error = refusal(() =>
      pilotRuns([
        pilotLog('dead', { status: 'diverged' }),
        pilotLog('short', { updates: 3 }),
        pilotLog('nan', { loss: () => 'nan' }),
        pilotLog('good'),
      ]),
    );
    expect(error.code).toBe('E_PILOT');
    expect(error.issues.map((issue) => issue.path)).toEqual(['dead', 'short', 'nan: update 0: train_robust_loss']);
    expect(error.issues[2].message).toBe('"nan"; must be positive and finite');
  });

  test('logs are called by their files where those are known', () => {
    const logs = [pilotLog('a', { status: 'diverged' }), pilotLog('b')];
    const error = refusal(() => pilotRuns(logs, { names: ['x/a.jsonl', 'x/b.jsonl'], origin: 'x' }));
    expect([error.message, error.issues[0].path]).toEqual(['x: The pilot runs cannot be used.', 'x/a.jsonl']);
  });

  test('runs of another experiment are named with the field', () => {
    const other = pilotLog('other');
    const error = refusal(() =>
      pilotRuns([pilotLog('a'), { ...other, header: { ...other.header, horizon: 200, batch_size: 4 } }]),
    );
    expect(error.issues.map((issue) => issue.path)).toEqual(['other.horizon', 'other.batch_size']);
  });

  test('one run twice, and one that went on from another, are no two samples', () => {
    const [a, b] = [pilotLog('a'), pilotLog('b')];
    const again = refusal(() => pilotRuns([a, b, { ...a, header: { ...a.header, run_id: 'c' } }]));
    expect(again.issues).toEqual([
      { path: 'c', message: expect.stringMatching(/^is a again: all 12 losses and the seed 1 are equal/) },
    ]);
    expect(again.remedy).toMatch(/Leave the repeated logs out/);
    const late = pilotLog('a', { rate: (k) => (k < 8 ? 0.1 : 0.01), loss: (k) => 2.3 - 0.01 * k - (k > 8 ? 0.1 : 0) });
    const fork = refusal(() => pilotRuns([a, { ...late, header: { ...late.header, run_id: 'late', seed: 2 } }]));
    expect(fork.issues[0].message).toMatch(/^shares its first 9 losses with a: it went on from that run/);
  });

  test('one run alone, and runs of one rate, are refused', () => {
    expect(refusal(() => pilotRuns([pilotLog('a')])).message).toMatch(/at least two independent runs; got 1/);
    expect(refusal(() => pilotRuns([])).message).toMatch(/got 0/);
    const search = pilotLog('reading', { purpose: 'pilot/reading' });
    expect(refusal(() => pilotRuns([search], { origin: 'runs/a' })).message).toBe(
      'runs/a: A fit needs at least two independent runs; got 0 (1 more only looked for the peak rate).',
    );
    const constant = { rate: () => 0.1 };
    expect(refusal(() => pilotRuns([pilotLog('a', constant), pilotLog('b', constant)])).message).toMatch(
      /one and the same rate/,
    );
  });
});
