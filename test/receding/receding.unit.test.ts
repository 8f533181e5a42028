import { describe, expect, test } from '@jest/globals';
import type { Coefficients } from '../../src/artifacts/coefficients/coefficients.js';
import { estimateModes } from '../../src/estimation/modes/index.js';
import type { PilotRun } from '../../src/estimation/observations.js';
import { randomStream } from '../../src/math/random.js';
import { recedingSchedule, type RecedingState } from '../../src/receding/schedule.js';
import type { Observation } from '../../src/schedules/index.js';

const [HORIZON, PEAK] = [240, 1];

/** Expected loss of SGD on 40 modes l = 1 / i, all of it noise in the end, as a minibatch shows it: 3 % noise. */
function quadratic(seed: string) {
  const l = Array.from({ length: 40 }, (_, i) => 1 / (i + 1));
  const m = l.map((value) => 1 / value);
  const stream = randomStream(1, seed);
  return {
    loss: () => l.reduce((sum, value, i) => sum + (value * m[i]) / 2, 0),
    seen: () => l.reduce((sum, value, i) => sum + (value * m[i]) / 2, 0) * (1 + 0.03 * stream.normal()),
    move: (u: number) => l.forEach((value, i) => (m[i] = (1 - u * value) ** 2 * m[i] + u * u * 0.5 * value)),
  };
}

function run(id: string, rates: readonly number[], fork?: PilotRun['fork']): PilotRun {
  const sgd = quadratic(id.slice(0, 1));
  const losses = rates.map((u) => {
    const seen = sgd.seen();
    sgd.move(u);
    return seen;
  });
  return {
    id,
    rates: Float64Array.from(rates),
    losses: Float64Array.from(losses),
    ...(fork === undefined ? {} : { fork }),
  };
}

const trunk = (low: number) => Array.from({ length: 60 }, (_, k) => (k >= low && k < low + 8 ? 0.25 : PEAK));
const PILOT = [20, 30].flatMap((low, i) => {
  const name = 'ab'[i];
  const ends = [() => 1, (k: number) => 1 - k / 20, () => 0.25];
  return ends.map((share, e) => {
    const rates = [...trunk(low), ...Array.from({ length: 20 }, (_, k) => PEAK * share(k))];
    return e === 0 ? run(name, rates) : run(`${name}${e}`, rates, { of: name, shared: 60 });
  });
});

const modes = estimateModes(PILOT, { peak: PEAK, horizon: HORIZON, draws: 100, maximumPredictionError: 0.1, seed: 3 })!;
const COEFFICIENTS = {
  horizon: HORIZON,
  rates: { min: 0.01, max: PEAK },
  warmup_updates: 0,
  objective: { metric: 'clean', split: 'train', form: 'terminal' },
  attack: null,
  closures: [],
  modes,
  maximum_prediction_error: 0.1,
} as unknown as Coefficients;

/** Holds the peak to the end: what no plan should, on these modes. */
const HELD = Array<number>(HORIZON).fill(PEAK);
const schedule = recedingSchedule({
  coefficients: COEFFICIENTS,
  runs: PILOT,
  plan: HELD,
  moments: [96, 168],
  origin: { policy_id: 'x', pilot: [] },
});

/** A run under the schedule; its state goes through JSON before every update where that is asked for. */
function follow(options: { json: boolean; lossAt?: (k: number, loss: number) => number }) {
  const sgd = quadratic('own');
  let state: RecedingState = schedule.init();
  let observation: Observation = { metrics: {} };
  const rows = Array.from({ length: HORIZON }, (_, update) => {
    if (options.json) state = JSON.parse(JSON.stringify(state)) as RecedingState;
    const { state: next, controls, reason } = schedule.decide(state, observation);
    state = next;
    const seen = sgd.seen();
    observation = { metrics: { train_loss: { value: options.lossAt?.(update, seen) ?? seen, update } } };
    sgd.move(controls.learning_rate!);
    return { rate: controls.learning_rate!, reason };
  });
  return { rows, loss: sgd.loss() };
}

describe('a schedule that is decided again along the run', () => {
  const { rows, loss } = follow({ json: false });

  test('follows its plan up to the first moment, and then a decay that lowers the final loss', () => {
    const held = quadratic('own');
    HELD.forEach((rate) => held.move(rate));
    expect(rows.slice(0, 96).every(({ rate, reason }) => rate === PEAK && reason === 'plan')).toBe(true);
    expect(rows[96].reason).toMatch(/^receding:(linear|linear_squared|mean_minimiser|draw_\d)$/);
    expect(loss).toBeLessThan(0.3 * held.loss());
  });

  test('decides the same bit for bit from a state that was written and read back', () => {
    expect(follow({ json: true })).toEqual({ rows, loss });
  });

  test('keeps its plan where a loss is not positive and finite', () => {
    const broken = follow({ json: false, lossAt: (k, seen) => (k === 50 ? NaN : seen) });
    expect(broken.rows.every(({ rate, reason }) => rate === PEAK && reason === 'plan')).toBe(true);
  });
});

describe('modes fitted to a quadratic', () => {
  test('find no more floor than there is, and predict runs left out within their noise', () => {
    const floors = modes.draws.map(({ floor }) => floor).sort((a, b) => a - b);
    expect(floors[50]).toBeLessThan(0.2 * quadratic('x').loss());
    expect(modes.verdict.prediction_error).toBeLessThan(0.05);
    expect(modes.verdict.difference_error).toBeLessThan(0.1);
  });
});
