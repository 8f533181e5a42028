import { describe, expect, test } from '@jest/globals';
import type { ClosureFit, Coefficients } from '../../src/artifacts/coefficients/coefficients.js';
import { CLOSURES, type FilterDescription } from '../../src/closures/index.js';
import { randomStream } from '../../src/math/random.js';
import { closureDraws } from '../../src/synthesis/decision/closure-draws.js';
import { believedModels, believedShares, differenceError } from '../../src/synthesis/decision/believed-models.js';
import { decide } from '../../src/synthesis/decision/decide.js';
import { decideAgain } from '../../src/synthesis/decision/decide-again.js';
import { SHARE_NEEDED } from '../../src/synthesis/decision/gains.js';
import { modesDraws } from '../../src/synthesis/decision/modes-draws.js';
import { meanMinimiser } from '../../src/synthesis/decision/plans.js';
import { summarised } from '../../src/synthesis/decision/prediction.js';
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
  const verdict = { left_out: [1, 2, 3, 4], prediction_error: 0.02, difference_error: error, within_bound: true };
  return { name: 'slow_noise_memory', filter, states, posterior, verdict } as unknown as ClosureFit;
}

/** A policy file as far as a decision looks at it: its open loop. */
const hjb = (values: number[]): Policy =>
  ({
    controls: { learning_rate: { open_loop: { updates: [0, HORIZON - 1], values } } },
    time: { horizon: HORIZON },
    input: null,
  }) as unknown as Policy;

/** Of coefficients that hold this one fit, with a solved policy that holds the peak. */
const decideFor = (fit: ClosureFit) =>
  decide({ ...COEFFICIENTS, closures: [fit], maximum_prediction_error: 0.1 }, { fit, hjb: hjb([0.5, 0.5]) });

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
    const { decision, openLoop } = decideFor(fitOf(0.5));
    expect(decision.draws).toBe(200);
    expect(decision.deviated).toBe(true);
    expect(decision.share).toBeGreaterThanOrEqual(SHARE_NEEDED);
    expect(decision.gain).toBeGreaterThan(decision.difference_error!);
    expect(openLoop).not.toBeNull();
    expect(decideFor(fitOf(0.5))).toEqual({ decision, openLoop });
  });

  test('the same gain is refused where differences between schedules were missed by as much', () => {
    const { decision, openLoop } = decideFor(fitOf(0.5, { error: 1 }));
    expect([decision.followed, decision.deviated, openLoop]).toEqual(['wsd', false, null]);
    expect(decision.share).toBeLessThan(SHARE_NEEDED);
    expect(decision.reason).toContain('the policy is WSD at the peak');
  });

  test('almost no noise: nothing to gain over WSD, and WSD it is', () => {
    const { decision } = decideFor(fitOf(0.01));
    expect([decision.null, decision.followed]).toEqual(['wsd', 'wsd']);
  });

  test('no model within the bound: nothing is simulated', () => {
    const fit = fitOf(0.5);
    const { decision } = decideFor({ ...fit, verdict: { ...fit.verdict, within_bound: false } });
    expect(decision).toMatchObject({ followed: 'wsd', draws: 0 });
  });

  test('the error that is added: 4 studied differences of 4 % and the held-out ones of the pilot', () => {
    within(differenceError(fitOf(0.2, { error: 0.02 })), Math.sqrt((4 * 0.04 ** 2 + 4 * 0.02 ** 2) / 8), {
      rel: 1e-12,
      because: 'the formula',
    });
  });
});

describe('modes', () => {
  const modes: NonNullable<Coefficients['modes']> = {
    exponents: [[0, 0]],
    draws: [
      {
        curvatures: [0.01, 0.3, 2],
        floor: 0.1,
        slow: [1, 0.5, 0.2],
        noise: [0.1, 0.4, 0.8],
        feedback: 0.5,
        constant: 0.2,
      },
    ],
    verdict: { prediction_error: 0.04, left_out: [], difference_error: 0.02, within_bound: true },
  };
  const [draw] = modesDraws(modes);

  test('a block of updates at one rate is that many updates', () => {
    const [x, y] = [draw.init(), draw.init()];
    for (let k = 0; k < 4; k += 1) draw.advance(x, 0.4, 1);
    draw.advance(y, 0.4, 4);
    x.forEach((expected, i) => within(y[i], expected, { rel: 0.2, abs: 1e-12, because: 'D is that of the start' }));
    within(y[0], (1 - 0.4 * 0.01) ** 8, { rel: 1e-12, because: 'four updates of the first mode' });
  });

  test('derivatives by formula are those of differences', () => {
    const part = draw.part({ weight: 1, peak: 0.5, step: 1 });
    const x = Float64Array.from([0.9, 0.5, 0.1, 0.02, 0.03, 0.01]);
    const p = Float64Array.from([0.3, -0.2, 0.5, 0.7, 0.1, -0.4]);
    const H = (at: Float64Array, u: number): number => {
      const out = new Float64Array(6);
      part.move(at, 0, u, out);
      return out.reduce((sum, value, i) => sum + p[i] * value, 0);
    };
    const [inState, inControl] = [new Float64Array(6), new Float64Array(1)];
    part.pullBack(x, 0, 0.4, p, inState, inControl);
    const h = 1e-6;
    const because = 'central differences of a polynomial';
    inState.forEach((slope, i) => {
      const moved = (by: number) => x.map((value, j) => (i === j ? value + by : value));
      within(slope, (H(moved(h), 0.4) - H(moved(-h), 0.4)) / (2 * h), { abs: 1e-8, because });
    });
    within(inControl[0], (H(x, 0.4 + h) - H(x, 0.4 - h)) / (2 * h), { abs: 1e-8, because });
  });

  test('a model has as many draws as its held-out error deserves', () => {
    const fit = fitOf(0.2);
    const leftOut = [1, 2, 3, 4].map((i) => ({ run_id: `${i}`, prediction_error: 0.02 }));
    const judged = { ...modes, verdict: { ...modes.verdict, left_out: leftOut } };
    const { shares, error } = believedShares({ ...COEFFICIENTS, closures: [fit], modes: judged })!;
    // Odds 1 and .25, errors .01 and .02 of 4 differences: 1 / (.01^2 + .005^2)^2 = 6.4e7 against .25 / (.02^2 + .005^2)^2 = 1.384e6.
    within(shares[0].weight, 6.4 / (6.4 + 0.1384), { rel: 1e-3, because: 'by hand' });
    const [own, other] = [fit, { name: 'modes', verdict: judged.verdict }].map(differenceError);
    const mixed = Math.sqrt(shares[0].weight * own ** 2 + shares[1].weight * other ** 2);
    within(error, mixed, { rel: 1e-12, because: 'the mean square over the draws' });
    const { draws, words } = believedModels({ ...COEFFICIENTS, closures: [fit], modes: judged })!;
    expect(draws).toHaveLength(196);
    expect(words).toBe('slow_noise_memory 98 %, modes 2 %');
  });

  test('after a history they stand where its rates and losses have brought them', () => {
    const rates = [0.4, 0.4, 0.2];
    const x = draw.init();
    const losses = rates.map((rate) => {
      const loss = draw.loss(x);
      draw.advance(x, rate, 1);
      return loss;
    });
    const after = draw.after({ rates, losses }, randomStream(1, 'unused'));
    after.init().forEach((value, i) => within(value, x[i], { rel: 1e-14, because: 'the losses are its own' }));
  });
});

describe('the prediction of a final loss', () => {
  test('is that of the draws with the error on left-out runs added', () => {
    const logs = Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 0.3 : -0.3));
    const predicted = summarised(logs.map(Math.exp), 0.1)!;
    // Two equal normals of deviation .1 at -.3 and .3: 97.5 % lie below .3 + 1.645 x .1.
    within(Math.log(predicted.interval[1]), 0.3 + 1.645 * 0.1, { abs: 0.02, because: '2,000 draws' });
    within(Math.log(predicted.interval[0]), -0.3 - 1.645 * 0.1, { abs: 0.02, because: '2,000 draws' });
  });
});

describe('a run that decides again', () => {
  const verdict = fitOf(0.2).verdict;
  const start = { update: 100, inForce: Array<number>(500).fill(0.5), error: 0.03 };

  test('leaves a rate that is held to the end for a decay where noise makes up the loss, and keeps it where nothing is noise', () => {
    const noisy = closureDraws({ ...fitOf(0.5), verdict }).slice(0, 40);
    const left = decideAgain(COEFFICIENTS, { ...start, draws: noisy });
    expect([left.followed === 'in_force', left.rates.length]).toEqual([false, 500]);
    expect(left.rates[499]).toBeLessThan(0.25);
    expect(left.share).toBeGreaterThanOrEqual(SHARE_NEEDED);
    const quiet = closureDraws({ ...fitOf(0.0001), verdict }).slice(0, 40);
    const kept = decideAgain(COEFFICIENTS, { ...start, draws: quiet });
    expect([kept.followed, kept.rates]).toEqual(['in_force', start.inForce]);
  });
});
