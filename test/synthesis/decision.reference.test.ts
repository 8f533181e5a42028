import { describe, expect, test } from '@jest/globals';
import type { ClosureFit, Coefficients } from '../../src/artifacts/coefficients/coefficients.js';
import { CLOSURES, type FilterDescription } from '../../src/closures/index.js';
import { randomStream } from '../../src/math/random.js';
import { closureDraws } from '../../src/synthesis/decision/closure-draws.js';
import { decide, differenceError, SHARE_NEEDED } from '../../src/synthesis/decision/decide.js';
import { meanMinimiser } from '../../src/synthesis/decision/plans.js';
import { nullCandidates, openLoopCandidate } from '../../src/synthesis/decision/schedule-candidate.js';
import { blockRates, simulatedLosses } from '../../src/synthesis/decision/simulate.js';
import { timeBlocks } from '../../src/synthesis/decision/time-blocks.js';
import type { Policy } from '../../src/artifacts/policy/policy.js';
import { within } from '../helpers/within.js';

const HORIZON = 600;
const COEFFICIENTS = {
  horizon: HORIZON,
  rates: { min: 0.005, max: 0.5 },
  warmup_updates: 12,
  objective: { metric: 'adversarial', split: 'train', form: 'terminal' },
} as unknown as Coefficients;

/** A closure whose noise share at the peak is known up to a spread, in ln; its held-out error of differences given. */
function fitOf(noiseShare: number, { spread = 0.1, error = 0.01, process = 0.01 } = {}): ClosureFit {
  const closure = CLOSURES.slow_noise_memory;
  const stream = randomStream(5, 'draws');
  const draw = () => {
    const values = {
      floor_share: 0.1 * Math.exp(spread * stream.normal()),
      initial_decay: 0.1,
      curvature: 2,
      noise_share: noiseShare * Math.exp(spread * stream.normal()),
      forgetting: 0.05 * Math.exp(spread * stream.normal()),
      observation_deviation: 0.05,
      slow_process_deviation: process,
    };
    return closure.filter(values, { firstLoss: 2.3, peak: 0.5, horizon: HORIZON });
  };
  const filter = draw();
  const states = ['slow', 'noise'].map((name, i) => ({ name, start: Math.exp(filter.initial.mean[i]) }));
  const posterior = Array.from({ length: 200 }, () => {
    const { parameters, initial } = draw();
    return { parameters, start: initial.mean.map(Math.exp) };
  });
  const verdict = { left_out: [1, 2, 3, 4], difference_error: error };
  return { name: 'slow_noise_memory', filter, states, posterior, verdict } as unknown as ClosureFit;
}

/** A policy file as far as a decision looks at it: its open loop. */
const hjb = (values: number[]): Policy =>
  ({
    controls: { learning_rate: { open_loop: { updates: [0, HORIZON - 1], values } } },
    time: { horizon: HORIZON },
    input: null,
  }) as unknown as Policy;

describe('the flow of slow_noise_memory', () => {
  const closure = CLOSURES.slow_noise_memory;
  const spec = fitOf(0.2).filter as FilterDescription;
  const filter = closure.recursion(spec as Parameters<typeof closure.recursion>[0]);
  const flow = closure.flow(spec.parameters);

  test('is the prediction of the filter, exactly for one update and closely for blocks', () => {
    const covariance = [0, 0, 0, 0];
    let mean: readonly number[] = spec.initial.mean;
    const x = Float64Array.from(mean);
    const y = Float64Array.from(mean);
    for (let block = 0; block < 60; block += 1) {
      const rate = block < 40 ? 0.5 : 0.05;
      for (let k = 0; k < 10; k += 1) {
        mean = filter.predict({ mean, covariance }, rate).mean;
        flow(x, rate, 1);
      }
      flow(y, rate, 10);
    }
    mean.forEach((expected, i) => {
      within(x[i], expected, { abs: 1e-9, because: 'the same recursion' });
      within(y[i], expected, { abs: 0.01, because: 'blocks of 10 updates: 1 % of a state' });
    });
  });
});

describe('the minimiser of the mean over draws', () => {
  test('beats WSD, linear decay and every constant rate in the simulation without noise', () => {
    const fit = fitOf(0.3, { process: 0 });
    const draws = closureDraws(fit).slice(0, 4);
    const { wsd, linear } = nullCandidates(COEFFICIENTS);
    const constants = [0.5, 0.25, 0.12, 0.06].map((rate) =>
      openLoopCandidate(`constant ${rate}`, { updates: [0], values: [rate] }, COEFFICIENTS),
    );
    const run = { blocks: timeBlocks(HORIZON), horizon: HORIZON, integral: false, seed: 0 };
    const still = draws.map((draw) => ({ ...draw, deviations: [0, 0] }));
    const losses = still.map((draw, i) => simulatedLosses(draw, i, [blockRates(wsd, run.blocks)], run)[0]);
    const plan = meanMinimiser(still, losses, { ...COEFFICIENTS, integral: false })!;
    const own = openLoopCandidate('plan', plan, COEFFICIENTS);
    const schedules = [own, wsd, linear, ...constants].map((candidate) => blockRates(candidate, run.blocks));
    const totals = still
      .map((draw, i) => simulatedLosses(draw, i, schedules, run))
      .reduce((sums, row) => sums.map((sum, c) => sum + row[c]));
    expect(totals[0]).toBeLessThan(Math.min(...totals.slice(1)));
    expect(plan.values.every((rate) => rate >= 0.005 && rate <= 0.5)).toBe(true);
  });
});

describe('decide', () => {
  test('where a better schedule is certain, it is followed, with its gain', () => {
    const { decision, openLoop } = decide(COEFFICIENTS, fitOf(0.5), hjb([0.5, 0.5]));
    expect(decision.draws).toBe(200);
    expect(decision.deviated).toBe(true);
    expect(decision.share).toBeGreaterThanOrEqual(SHARE_NEEDED);
    expect(decision.gain).toBeGreaterThan(decision.difference_error!);
    expect(openLoop).not.toBeNull();
    expect(decide(COEFFICIENTS, fitOf(0.5), hjb([0.5, 0.5]))).toEqual({ decision, openLoop });
  });

  test('the same gain is refused where differences between schedules were missed by as much', () => {
    const { decision, openLoop } = decide(COEFFICIENTS, fitOf(0.5, { error: 1 }), hjb([0.5, 0.5]));
    expect([decision.followed, decision.deviated, openLoop]).toEqual(['wsd', false, null]);
    expect(decision.share).toBeLessThan(SHARE_NEEDED);
    expect(decision.reason).toContain('the policy is WSD at the peak');
  });

  test('almost no noise: nothing to gain over WSD, and WSD it is', () => {
    const { decision } = decide(COEFFICIENTS, fitOf(0.01), hjb([0.5, 0.5]));
    expect([decision.null, decision.followed]).toEqual(['wsd', 'wsd']);
  });

  test('the error that is added: 4 studied differences of 4 % and the held-out ones of the pilot', () => {
    within(differenceError(fitOf(0.2, { error: 0.02 })), Math.sqrt((4 * 0.04 ** 2 + 4 * 0.02 ** 2) / 8), {
      rel: 1e-12,
      because: 'the formula',
    });
  });
});
