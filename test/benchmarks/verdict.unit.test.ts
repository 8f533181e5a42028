import { describe, expect, test } from '@jest/globals';
import type { MethodResult } from '../../src/artifacts/results.js';
import { compare, methodResult, summary } from '../../benchmarks/learning-rate/summarize.js';
import { verdict } from '../../benchmarks/learning-rate/verdict.js';

function method(
  id: string,
  family: MethodResult['family'],
  losses: readonly (number | null)[],
  rate: number | null = null,
): MethodResult {
  const runs = losses.map((loss, i) => ({
    seed: i,
    log: '',
    status: 'completed' as const,
    dead: false,
    train_robust_loss: loss,
    test_robust_loss: 1,
    test_acc: 0.5,
    test_robust_acc: 0.4,
    run_grad_evals: 600,
    pilot_grad_evals: family === 'policy' ? 180 : 0,
    series: { update: [], lr: [], loss: [] },
  }));
  const description = {
    id,
    label: id,
    family,
    rate,
    method: () => {
      throw new Error('not run');
    },
  };
  return methodResult(description, runs, 600);
}

describe('summary', () => {
  test('mean and standard error by hand', () => {
    // 1, 2, 3: mean 2, deviation 1, standard error 1 / sqrt 3.
    expect(summary([1, 2, 3])).toEqual({ mean: 2, standard_error: 1 / Math.sqrt(3) });
    expect(summary([1])).toEqual({ mean: 1, standard_error: null });
    expect(summary([1, null])).toEqual({ mean: null, standard_error: null });
  });
});

describe('compare', () => {
  test('differences are paired by seed', () => {
    // Differences -.1, -.1, -.1: no error left although the seeds differ by 1.
    const comparison = compare(method('policy', 'policy', [1, 2, 3]), method('fixed', 'fixed', [1.1, 2.1, 3.1]));
    expect(comparison.difference).toBeCloseTo(-0.1, 12);
    expect(comparison.standard_error).toBeCloseTo(0, 12);
    expect(comparison.relative).toBeCloseTo(-0.1 / 2.1, 12);
  });
});

describe('verdict', () => {
  const say = (policyLosses: number[], options: { atGridEnd?: boolean; followed?: string[] } = {}) => {
    const policy = method('policy', 'policy', policyLosses);
    const fixed = method('fixed-0.4', 'fixed', [1.2, 1.3, 1.25], 0.4);
    const rival = method('schedule-free', 'schedule_free', [1, 1.01, 1.02]);
    const methods = [policy, fixed, rival];
    return verdict({
      methods,
      bestFixed: fixed,
      comparisons: [fixed, rival].map((other) => compare(policy, other)),
      gridSize: 6,
      atGridEnd: options.atGridEnd ?? false,
      followed: options.followed ?? ['slow_noise_memory', 'slow_noise_memory', 'slow_noise_memory'],
      maximumPredictionError: 0.1,
    });
  };

  test('a win, its cost, and that the grid was chosen on the reported seeds', () => {
    const { won, sentences } = say([1.1, 1.2, 1.15]);
    expect(won).toBe(true);
    expect(sentences[0]).toMatch(
      /^The policy won against the best fixed rate 0.4: .*1.30 runs, pilot included, against the 6 runs/,
    );
    expect(sentences[0]).toMatch(/chosen on the same seeds/);
    expect(sentences[1]).toMatch(/schedule-free .*: the policy is worse/);
  });

  test('a loss is said as plainly', () => {
    const { won, sentences } = say([1.3, 1.4, 1.35]);
    expect(won).toBe(false);
    expect(sentences[0]).toMatch(/^The policy did not win/);
  });

  test('an end of the grid, and seeds without a closure, are said in the first sentence', () => {
    const { sentences } = say([1.1, 1.2, 1.15], { atGridEnd: true, followed: ['wsd', 'slow_noise_memory', 'wsd'] });
    expect(sentences[0]).toMatch(/^For 2 of 3 seeds no closure predicted left-out pilot runs within 10 %/);
    expect(sentences[0]).toMatch(/end of the grid/);
  });
});
