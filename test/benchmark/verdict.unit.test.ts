import { describe, expect, test } from '@jest/globals';
import { objectiveSchema } from '../../src/artifacts/experiment/experiment.js';
import type { MethodResult } from '../../src/artifacts/results/results.js';
import { decidingFigure } from '../../src/benchmark/deciding-figure.js';
import type { FailedSeed, SeedOutcome } from '../../src/benchmark/seed-clauses.js';
import { rateBeyond } from '../../src/benchmark/grid.js';
import { meanInterval } from '../../src/statistics/mean-interval.js';
import { holm, judged, pairedP } from '../../src/statistics/significance.js';
import { collectedLog } from '../../src/benchmark/loss-columns.js';
import { compare, methodResult, runResult, summary } from '../../src/benchmark/summarize.js';
import { verdict } from '../../src/benchmark/verdict.js';
import type { LogEvaluation } from '../../src/artifacts/training-log/training-log.js';
import { pilotLog } from '../helpers/pilot-log.js';

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
    const comparison = compare(
      method('policy', 'policy', [1, 2, 3]),
      method('fixed', 'fixed', [1.1, 2.1, 3.1]),
      'train_robust_loss',
    );
    expect(comparison.difference).toBeCloseTo(-0.1, 12);
    expect(comparison.standard_error).toBeCloseTo(0, 12);
    expect(comparison.relative).toBeCloseTo(-0.1 / 2.1, 12);
  });
});

describe('verdict', () => {
  const solved = { status: 'converged' as const, remedy: '' };
  const followed = (seed: number): SeedOutcome => {
    return { seed, followed: 'slow_noise_memory', coefficients: {}, solution: solved };
  };
  const fallback = (seed: number, more: Partial<SeedOutcome> = {}): SeedOutcome => {
    return { seed, followed: 'wsd', coefficients: {}, solution: null, ...more };
  };
  const say = (
    policyLosses: (number | null)[],
    options: { fixed?: (number | null)[]; atGridEnd?: boolean; seeds?: SeedOutcome[]; failed?: FailedSeed[] } = {},
  ) => {
    const policy = method('policy', 'policy', policyLosses);
    const fixed = method('fixed-0.4', 'fixed', options.fixed ?? [1.2, 1.3, 1.25, 1.22, 1.27], 0.4);
    const rival = method('schedule-free', 'schedule_free', [1, 1.01, 1.02, 1, 1.01]);
    const methods = [policy, fixed, rival];
    return verdict({
      methods,
      bestFixed: fixed,
      comparisons: judged(
        [fixed, rival].map((other) => compare(policy, other, 'train_robust_loss')),
        { seeds: policyLosses.length, smallest: 0.005 },
      ),
      decidedBy: decidingFigure(objectiveSchema.parse({}), true),
      gridSize: 6,
      atGridEnd: options.atGridEnd ?? false,
      seeds: options.seeds ?? [1, 2, 3].map(followed),
      failed: options.failed ?? [],
      maximumPredictionError: 0.1,
    });
  };

  test('a win, its cost, and that the grid was chosen on the reported seeds', () => {
    const { won, sentences } = say([1.11, 1.2, 1.14, 1.12, 1.18]);
    expect(won).toBe(true);
    expect(sentences[0]).toMatch(
      /^The policy is better than the best fixed rate 0.4: .*1.30 runs, pilot included, against the 6 runs/,
    );
    expect(sentences[0]).toMatch(/chosen on the same seeds/);
    expect(sentences[1]).toMatch(/schedule-free .*: the policy is worse/);
  });

  test('a loss is said as plainly', () => {
    const { won, sentences } = say([1.3, 1.41, 1.35, 1.32, 1.36]);
    expect(won).toBe(false);
    expect(sentences[0]).toMatch(/^The policy is worse than the best fixed rate 0.4/);
  });

  test('below five seeds it names the difference and says that a verdict needs more', () => {
    const { won, sentences } = say([1.1, 1.2, 1.15]);
    expect(won).toBe(false);
    expect(sentences[0]).toMatch(
      /^The policy has a lower mean than the best fixed rate 0.4, and a verdict needs 5 seeds/,
    );
    expect(sentences[1]).toMatch(/too few seeds for a verdict/);
  });

  test('a difference within its spread, and one below the smallest that counts, are not shown', () => {
    const fixed = [1.2, 1.3, 1.25, 1.22, 1.27];
    expect(say([1.1, 1.4, 1.1, 1.3, 1.2]).sentences[0]).toMatch(/^The policy shows no difference to/);
    const less = fixed.map((loss, i) => loss - 0.004 - i * 1e-5);
    expect(say(less).sentences[0]).toMatch(/^The policy shows no difference to/);
  });

  test('a grid of which no rate ended with a finite loss is said so', () => {
    const nothing = [null, null, null, null, null];
    const [first] = say([1.1, 1.2, 1.15, 1.1, 1.2], { fixed: nothing, atGridEnd: true }).sentences;
    expect(first).toMatch(
      /^The policy cannot be compared with any fixed rate, because a run ended without a finite loss/,
    );
    expect(first).toMatch(/No fixed rate of the grid ended with a finite loss\.$/);
    expect(first).not.toMatch(/end of the grid/);
  });

  test('the best rate at an end asks for the rate as far beyond it as its neighbour, and a bracketed one for none', () => {
    const points = (...losses: (number | null)[]) => losses.map((loss, i) => ({ rate: 0.1 * 2 ** i, loss }));
    expect(rateBeyond(points(1.3, 1.2, 1.1))).toBe(0.8);
    expect(rateBeyond(points(1.1, 1.2, 1.3))).toBe(0.05);
    expect(rateBeyond(points(1.2, 1.1, 1.3))).toBeNull();
    expect(rateBeyond(points(null, null))).toBe(0.05);
    expect(rateBeyond(points(1.2, 1.1, null))).toBeNull();
    expect(rateBeyond(points(1.2))).toBeNull();
  });

  test('the interval of five differences is that of Student: 0.3 - 2.776445 s to 0.3 + 2.776445 s, s^2 = 0.025 / 5', () => {
    const { method, low, high } = meanInterval([0.1, 0.2, 0.3, 0.4, 0.5])!;
    const half = 2.7764451 * Math.sqrt(0.005);
    expect([method, meanInterval([1, 2, 3, 4]), meanInterval([1, 2, 3, 4, null])]).toEqual(['student_t', null, null]);
    expect(low).toBeCloseTo(0.3 - half, 6);
    expect(high).toBeCloseTo(0.3 + half, 6);
  });

  test('that of ten is a bootstrap: the same for the same differences, and longer to the side of the long tail', () => {
    const skewed = [0.1, 0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.8, 1.5, 3];
    const { method, low, high } = meanInterval(skewed)!;
    expect(method).toBe('bootstrap_t');
    expect(meanInterval(skewed)).toEqual({ method, low, high });
    const center = 0.71;
    expect(high - center).toBeGreaterThan(1.5 * (center - low));
  });

  test('a method that the policy is for every seed is no rival, and not of the family', () => {
    const policy = method('policy', 'policy', [1.11, 1.2, 1.14, 1.12, 1.18]);
    const wsd = method('wsd-at-pilot-peak', 'null_hypothesis', [1.11, 1.2, 1.14, 1.12, 1.18]);
    const fixed = method('fixed-0.4', 'fixed', [1.2, 1.3, 1.25, 1.22, 1.27], 0.4);
    const differences = [wsd, fixed].map((other) => compare(policy, other, 'train_robust_loss'));
    const settings = { seeds: 5, smallest: 0.005 };
    const [same, other] = judged(differences, { ...settings, itself: ['wsd-at-pilot-peak'] });
    expect([same.outcome, same.p_value, other.outcome]).toEqual(['itself', null, 'better']);
    expect(other.p_value).toBe(judged([differences[1]], settings)[0].p_value);
  });

  test('p is that of the paired t test: t = 4.302653 with 2 degrees of freedom has .05', () => {
    const difference = { against: 'fixed', difference: -4.302652729911275, standard_error: 1, relative: -0.1 };
    expect(pairedP(difference, 3)).toBeCloseTo(0.05, 9);
    expect(pairedP({ ...difference, difference: 0, standard_error: 0 }, 3)).toBe(1);
    expect(pairedP({ ...difference, standard_error: null }, 3)).toBeNull();
  });

  test('Holm: .01, .04, .03 become .03, .06, .06, as p.adjust of R has them', () => {
    holm([0.01, 0.04, null, 0.03]).forEach((p, i) => {
      if (p === null) expect(i).toBe(2);
      else expect(p).toBeCloseTo([0.03, 0.06, NaN, 0.06][i], 12);
    });
  });

  test('an end of the grid, and seeds without a closure, are said in the first sentence', () => {
    const { sentences } = say([1.1, 1.2, 1.15], { atGridEnd: true, seeds: [fallback(1), followed(2), fallback(3)] });
    expect(sentences[0]).toMatch(
      /^For 2 of 3 seeds the policy is its fallback, WSD .*: no model predicted the final losses of left-out pilot runs within 10 %/,
    );
    expect(sentences[0]).toMatch(/end of the grid/);
  });
  test('values that are not finite are no failure of prediction, and a failed solver is told in a sentence of its own', () => {
    const nonFinite = { status: 'non_finite' as const, remedy: 'Refine the grid.' };
    const { sentences } = say([1.1, 1.2, 1.15], { seeds: [fallback(1, { solution: nonFinite }), followed(2)] });
    expect(sentences[0]).toMatch(/^For 1 of 2 seeds the policy is its fallback.*: the solver gave values that are not/);
    expect(sentences[0]).not.toMatch(/no model predicted/);
    expect(sentences.at(-1)).toMatch(/^The solver did not converge for 1 of 2 seeds \(seed 1: non_finite\).*Refine/);
  });

  test('a guarded policy that is WSD for every seed is called so first, with the checks that failed and by how much', () => {
    const decided = (seed: number, check: 'better' | 'predicted', found: number, needed: number): SeedOutcome => {
      const failed_check = { check, found, needed };
      const nothing = { reason: '', draws: 0, difference_error: null, gain: null, share: null, interval: null };
      const decision = {
        null: 'wsd',
        followed: 'wsd',
        deviated: false,
        failed_check,
        candidates: [],
        ...nothing,
      } as const;
      return { ...followed(seed), decision: { ...decision, candidates: [] } };
    };
    const seeds = [
      decided(1, 'better', 0.395, 0.9),
      decided(2, 'better', 0.52, 0.9),
      decided(3, 'predicted', 0.132, 0.1),
    ];
    const { sentences } = say([1.1, 1.2, 1.15], { seeds });
    expect(sentences[0]).toMatch(
      /^The policy is its fallback, WSD at the pilot's peak, for all 3 seeds: for 2 no other schedule was better in 90 % of the draws .*\(the best was in 39.5 to 52.0 %\); for 1 no model .* within 10 % \(the best missed by 13.2 %\)\. This fallback has a lower mean than/,
    );
    const { decision } = seeds[0];
    const left = { ...seeds[0], decision: { ...decision!, deviated: true, failed_check: null } };
    expect(say([1.1, 1.2, 1.15], { seeds: [left, seeds[1]] }).sentences[0]).toMatch(
      /^For 1 of 2 seeds the policy is its fallback.*52.0 %\)\. The policy has a lower mean/,
    );
  });

  test('a solver that stopped early is told although its policy is followed', () => {
    const early = { ...followed(4), solution: { status: 'max_iterations' as const, remedy: 'Raise the number.' } };
    const { sentences } = say([1.1, 1.2, 1.15], { seeds: [early] });
    expect(sentences[0]).toMatch(/^The policy has a lower mean/);
    expect(sentences.at(-1)).toMatch(/1 of 1 seeds \(seed 4: max_iterations\).*Raise the number/);
  });

  test('a pilot that could not be fitted, and one that gave no peak, are told with their reasons', () => {
    const unfitted = fallback(1, { coefficients: { unfitted: 'pilot/1/run-0: diverged' } });
    const failed = [{ seed: 9, reason: 'no reading.' }];
    const { sentences } = say([1.1, 1.2, 1.15], { seeds: [unfitted, followed(2)], failed });
    expect(sentences[0]).toMatch(/^1 of 3 seeds are left out .*seed 9: no reading\./);
    expect(sentences[0]).toMatch(/could not be fitted \(pilot\/1\/run-0: diverged\)/);
  });
});

describe('the figure that decides', () => {
  const decided = (objective: object, attacked = true) => decidingFigure(objectiveSchema.parse(objective), attacked);

  test.each([
    [{}, 'train_robust_loss', 'final adversarial training loss'],
    [{ metric: 'clean' }, 'train_loss', 'final clean training loss'],
    [{ split: 'validation' }, 'validation_robust_loss', 'final adversarial loss on validation data'],
    [{ metric: 'clean', split: 'validation' }, 'validation_loss', 'final clean loss on validation data'],
    [{ form: 'integral' }, 'run_mean_loss', 'mean adversarial training loss over the run'],
  ])('of the objective %j', (objective, figure, words) => {
    expect(decided(objective)).toEqual({ figure, words, note: null });
  });

  test('of an integral whose losses the baselines do not log is the final one, which is said', () => {
    const { figure, note } = decided({ form: 'integral', split: 'validation' });
    expect([figure, note]).toEqual([
      'validation_robust_loss',
      expect.stringContaining('the final loss is what is compared'),
    ]);
    expect(decided({ form: 'integral', metric: 'clean' }).figure).toBe('train_loss');
    expect(decided({ form: 'integral', metric: 'clean' }, false).figure).toBe('run_mean_loss');
  });

  test('of a run is taken from its log: 2.3, 2.29, ... 2.19 has the mean 2.245; a diverged run has none', () => {
    const figures = { constantLoss: Math.log(10), spentBefore: 0, figure: 'run_mean_loss' } as const;
    expect(runResult(collectedLog(pilotLog('a')), '', figures).run_mean_loss).toBeCloseTo(2.245, 12);
    expect(runResult(collectedLog(pilotLog('a', { status: 'diverged' })), '', figures).run_mean_loss).toBeNull();
    const scores = { train_robust_loss: 1, test_robust_loss: 1, test_loss: 1, train_loss: 1, test_acc: 1 };
    const evaluation = { ...scores, type: 'evaluation' as const, update: 12, test_robust_acc: 1, validation_loss: 0.5 };
    const log = { ...pilotLog('a'), evaluations: [evaluation] };
    expect(runResult(collectedLog(log), '', { ...figures, figure: 'validation_loss' }).validation_loss).toBe(0.5);
  });

  test('a run is dead within 2 % of the best constant prediction, where classes are not equally frequent too', () => {
    // Shares 0.9 and 0.1: 0.325083 is the entropy, ln 2 is twice that.
    const constantLoss = -(0.9 * Math.log(0.9) + 0.1 * Math.log(0.1));
    const dead = (train_robust_loss: number | string, more: Partial<LogEvaluation> = {}): boolean => {
      const scores = { train_robust_loss, test_robust_loss: 1, test_loss: 1, train_loss: 1, test_acc: 1 } as const;
      const evaluation = { ...scores, type: 'evaluation' as const, update: 12, test_robust_acc: 1 };
      const log = { ...pilotLog('a'), evaluations: [{ ...evaluation, ...more } as LogEvaluation] };
      return runResult(collectedLog(log), '', { constantLoss, spentBefore: 0, figure: 'train_robust_loss' }).dead;
    };
    expect([0.3, 0.318, 0.319, 0.5, 'nan'].map((loss) => dead(loss))).toEqual([false, false, true, true, true]);
    expect(dead(0.3, { constant_class: 0 })).toBe(true);
  });

  test('ranks and is named: a policy of lower validation loss wins with a higher training loss', () => {
    const of = (id: string, family: MethodResult['family'], train: number[], validation: number[]): MethodResult => {
      const { runs } = method(id, family, train, 0.4);
      const scored = runs.map((run, i) => ({ ...run, validation_robust_loss: validation[i] }));
      return methodResult(
        {
          id,
          label: id,
          family,
          rate: 0.4,
          method: () => {
            throw new Error('not run');
          },
        },
        scored,
        600,
      );
    };
    const policy = of('policy', 'policy', [1.2, 1.3, 1.2, 1.3, 1.2], [1, 1.1, 1, 1.1, 1]);
    const fixed = of('fixed-0.4', 'fixed', [1, 1.1, 1, 1.1, 1], [1.3, 1.4, 1.3, 1.41, 1.3]);
    const decidedBy = decided({ split: 'validation' });
    const { won, sentences } = verdict({
      methods: [policy, fixed],
      bestFixed: fixed,
      comparisons: judged([compare(policy, fixed, decidedBy.figure)], { seeds: 5, smallest: 0.005 }),
      decidedBy,
      gridSize: 1,
      atGridEnd: false,
      seeds: [],
      failed: [],
      maximumPredictionError: 0.1,
    });
    expect(won).toBe(true);
    expect(sentences[0]).toContain('final adversarial loss on validation data 1.0400 ± 0.0245 against 1.3420 ± 0.0258');
  });
});
