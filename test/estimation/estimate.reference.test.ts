import { describe, expect, test } from '@jest/globals';
import { CLOSURES, type Scales } from '../../src/closures/index.js';
import { estimateClosures, selectClosure } from '../../src/estimation/estimate.js';
import type { PilotRun } from '../../src/estimation/observations.js';
import { PRIORS } from '../../src/closures/priors.js';
import type { SharedValues } from '../../src/closures/scaling.js';
import { randomizedRates } from '../../src/pilot/rates.js';
import { pilotSchema } from '../../src/artifacts/experiment/experiment.js';
import { randomStream } from '../../src/math/random.js';
import { createFilter } from '../../src/schedules/index.js';
import { within } from '../helpers/within.js';

const SCALES: Scales = { firstLoss: 2.5, peak: 0.8, horizon: 800 };
const DESIGN = pilotSchema.parse({ updates_per_run: 60 });

/** The prior's medians but for the parameters given. */
function valuesWith(given: Partial<SharedValues>): SharedValues {
  const medians = Object.entries(PRIORS).map(([name, { median }]) => [name, median]);
  return { ...(Object.fromEntries(medians) as SharedValues), ...given };
}

/** Runs of a closure's own mean dynamics, observed with relative normal noise. */
function simulate(
  name: 'loss_alone' | 'slow_noise_memory',
  truth: SharedValues,
  deviation: number,
  seed: number,
): PilotRun[] {
  const filter = createFilter(CLOSURES[name].filter(truth, SCALES));
  return Array.from({ length: 8 }, (_, i) => {
    const rates = randomizedRates(DESIGN, SCALES.peak, { trunk: 60, warmup: 16 }, randomStream(seed, `rates/${i}`));
    const noise = randomStream(seed, `noise/${i}`);
    let state = filter.init();
    const losses = rates.map((rate) => {
      const loss = filter.predictedLoss(state) * (1 + deviation * noise.normal());
      state = filter.predict(state, rate);
      return loss;
    });
    return { id: `run-${i}`, rates: Float64Array.from(rates), losses: Float64Array.from(losses) };
  });
}

const OPTIONS = {
  closures: ['loss_alone', 'slow_noise_memory'] as const,
  peak: 0.8,
  horizon: 800,
  bootstrap: 8,
  maximumPredictionError: 0.1,
  seed: 5,
};

describe('estimateClosures on runs whose closure is known', () => {
  const truth = valuesWith({
    initial_decay: 0.5,
    curvature: 2.5,
    noise_share: 0.2,
    forgetting: 0.5,
    observation_deviation: 0.03,
  });
  const [scalar, twoState] = estimateClosures(simulate('slow_noise_memory', truth, 0.03, 1), OPTIONS);
  const exact = CLOSURES.slow_noise_memory.filter(truth, SCALES).parameters as Record<string, number>;

  test.each([
    ['noise_gain', 0.25],
    ['memory_rate', 0.3],
    ['observation_deviation', 0.15],
  ])('recovers %s', (name, rel) => {
    within(twoState.parameters[name].estimate, exact[name], {
      rel,
      because: '480 losses of 3 % noise; twice the spread over ten simulated pilots',
    });
  });

  test('the drift is recovered where the runs have been', () => {
    // The fall of S = 1: slow_rate and slow_exponent trade off against each other, their product there does not.
    within(twoState.parameters['slow_rate'].estimate, exact['slow_rate'], {
      rel: 0.5,
      because: 'the slope at S = 1, at the edge of what the runs visit',
    });
  });

  test('the two-state closure is selected over the scalar one on its own runs', () => {
    expect(twoState.verdict.prediction_error).toBeLessThan(scalar.verdict.prediction_error);
    expect(selectClosure([scalar, twoState])).toBe('slow_noise_memory');
  });

  test('every parameter says where it is known from; the floor keeps its prior', () => {
    expect(twoState.parameters['floor'].source).toBe('prior');
    expect(twoState.parameters['observation_deviation'].source).toBe('data');
    expect(twoState.parameters['noise_process_deviation']).toMatchObject({ source: 'set', reason: expect.any(String) });
    expect(twoState.bootstrap).toHaveLength(8);
  });

  test('the same seed gives the same numbers', () => {
    const estimated = () =>
      estimateClosures(simulate('loss_alone', truth, 0.03, 1), { ...OPTIONS, closures: ['loss_alone'], bootstrap: 3 });
    expect(estimated()).toEqual(estimated());
  });

  test('no closure is selected where none predicts within the bound', () => {
    expect(
      selectClosure([scalar, twoState].map((fit) => ({ ...fit, verdict: { ...fit.verdict, within_bound: false } }))),
    ).toBeNull();
  });
});
