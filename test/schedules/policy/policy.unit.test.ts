import { describe, expect, test } from '@jest/globals';
import type { Policy } from '../../../src/artifacts/policy/policy.js';
import { randomStream } from '../../../src/math/random.js';
import {
  createFilter,
  policyIssues,
  policySchedule,
  type Metric,
  type PolicyState,
} from '../../../src/schedules/index.js';
import { follow } from '../../helpers/follow.js';
import { learningRateOf, openLoopPolicy, slowNoiseSpec, tablePolicy, withLearningRate } from '../fixtures/policies.js';

const policy = tablePolicy();
const { guards } = learningRateOf(policy);

/** Decisions of the policy that is shown these losses of the update before; before update 0 it is shown nothing. */
function decisions(losses: readonly (number | null)[], of: Policy = policy) {
  return follow(policySchedule(of, { updates: 100 }), [null, ...losses]).decisions;
}

describe('policySchedule', () => {
  test('a run that is written to JSON and read back anywhere goes on bit for bit', () => {
    const stream = randomStream(1, 'losses');
    const losses = Array.from({ length: 60 }, (_, k) =>
      k % 11 === 5 ? null : k % 13 === 7 ? NaN : 2.3 * Math.exp(0.1 * stream.normal()),
    );
    const schedule = policySchedule(policy, { updates: 100 });
    const whole = follow(schedule, losses);
    for (const split of [1, 17, 42]) {
      const first = follow(schedule, losses.slice(0, split));
      const state = JSON.parse(JSON.stringify(first.state)) as PolicyState;
      const rest = follow(schedule, losses.slice(split), { state, update: split });
      expect([...first.decisions, ...rest.decisions]).toEqual(whole.decisions);
      expect(rest.state).toEqual(whole.state);
    }
  });

  test('rates stay inside the guards after the warm-up, whatever is observed', () => {
    const wild = [2.3, 1e9, 1e-9, -1, 0, NaN, Infinity, -Infinity, null, null, 2, 1e3];
    for (const { rate } of decisions(Array.from({ length: 96 }, (_, k) => wild[k % wild.length]))) {
      expect(rate).toBeGreaterThanOrEqual(guards.min);
      expect(rate).toBeLessThanOrEqual(guards.max);
    }
  });

  test('update 0 reads the table at the first state of the filter: nothing can have been observed', () => {
    const [first] = decisions([]);
    expect(first.reason).toBe('table');
    // Noise 0.01 and slow 2, half of the way from 1 to 4 in ln, at time 0: sqrt(0.1 0.2).
    expect(first.rate).toBeCloseTo(Math.sqrt(0.1 * 0.2), 12);
  });

  test('each trouble has its own reason', () => {
    const start = Array<number>(10).fill(2.2);
    const reasonAfter = (loss: number | null): string => decisions([...start, loss]).at(-1)!.reason;
    expect(reasonAfter(NaN)).toBe('fallback:nan');
    expect(reasonAfter(Infinity)).toBe('fallback:inf');
    expect(reasonAfter(-1)).toBe('fallback:negative');
    expect(reasonAfter(null)).toBe('hold:missing');
  });

  test('a loss that is not a number halves the rate', () => {
    const [before, after] = decisions([...Array<number>(10).fill(2.2), NaN]).slice(-2);
    expect(after.rate).toBe(Math.max(guards.min, before.rate / 2));
  });
});

describe('losses that come late, and at a cadence', () => {
  const patient = tablePolicy({ input: { metric: 'train_robust_loss', cadence_updates: 3, max_age_updates: 5 } });

  /** Rates of a policy that is shown before update k what `shown` says. */
  function ratesOf(of: Policy, shown: (k: number) => Metric | undefined, updates = 20) {
    const schedule = policySchedule(of, { updates: 100 });
    let state = schedule.init();
    return Array.from({ length: updates }, (_, k) => {
      const metric = shown(k);
      const decided = schedule.decide(state, { metrics: metric === undefined ? {} : { train_robust_loss: metric } });
      state = decided.state;
      return decided;
    });
  }

  const lossOf = (update: number): Metric => ({ value: 2.2 * 0.98 ** update, update });

  test('a loss of update m enters the filter at update m, and the rates since are predicted again', () => {
    // Before update k = 2, 5, 8, ... the loss of update k - 2, as an evaluation of an earlier checkpoint would come.
    const decided = ratesOf(patient, (k) => (k % 3 === 2 ? lossOf(k - 2) : undefined));
    // The filter from the definition, over the whole past of each update.
    const filter = createFilter(slowNoiseSpec);
    decided.forEach(({ controls, reason }, k) => {
      expect(reason).toBe('table');
      let x = filter.init();
      for (let m = 0; m < k; m += 1) {
        if (m % 3 === 0 && m + 2 <= k) x = filter.update(x, lossOf(m).value).state;
        x = filter.predict(x, decided[m].controls.learning_rate!);
      }
      const [slow, noise] = filter.states(x);
      const weight = (v: number, low: number, high: number): number =>
        Math.min(1, Math.max(0, Math.log(v / low) / Math.log(high / low)));
      const [t, s, n] = [k / 100, weight(slow, 1, 4), weight(noise, 0.01, 0.04)];
      const ln = [0.1, 0.2, 0.2, 0.4, 0.05, 0.1, 0.1, 0.2].map(Math.log);
      const mix = (a: number, b: number, w: number): number => a + w * (b - a);
      const at = (i: number): number => mix(mix(ln[i], ln[i + 1], n), mix(ln[i + 2], ln[i + 3], n), s);
      expect(controls.learning_rate).toBeCloseTo(Math.exp(mix(at(0), at(4), t)), 12);
    });
  });

  test('an observation older than max_age_updates is missing, and is not taken in', () => {
    const [old, none] = [
      ratesOf(patient, (k) => (k >= 6 ? lossOf(k - 6) : undefined)),
      ratesOf(patient, () => undefined),
    ];
    expect(old.map(({ controls }) => controls)).toEqual(none.map(({ controls }) => controls));
    // The start has the age k + 1: up to update 4 nothing is missing, then it is held twice.
    expect(none.map(({ reason }) => reason).slice(3, 8)).toEqual([
      'table',
      'table',
      'hold:missing',
      'hold:missing',
      'fallback:missing',
    ]);
  });

  test('the same observation shown again is taken in once', () => {
    const once = ratesOf(patient, (k) => (k === 4 ? lossOf(3) : undefined), 8);
    const twice = ratesOf(patient, (k) => (k >= 4 ? lossOf(3) : undefined), 8);
    expect(twice).toEqual(once);
  });

  test('a cadence beyond the age that is taken contradicts itself', () => {
    const input = { metric: 'train_robust_loss', cadence_updates: 3, max_age_updates: 2 } as const;
    expect(policyIssues({ ...policy, input })).toEqual([expect.objectContaining({ path: 'input.max_age_updates' })]);
  });
});

describe('trouble with the loss at a cadence', () => {
  test('halves the rate once, and holds it until another loss is shown', () => {
    const input = { metric: 'train_robust_loss', cadence_updates: 3, max_age_updates: 4 } as const;
    const losses = [2.2, null, null, NaN, null, null, 2.1, null];
    const found = decisions(losses, tablePolicy({ input }));
    expect(found.map(({ reason }) => reason)).toEqual([
      ...['table', 'table', 'table', 'table'],
      ...['fallback:nan', 'hold:nan', 'hold:nan'],
      ...['limit:ratio', 'table'],
    ]);
    expect(found[4].rate).toBe(Math.max(guards.min, found[3].rate / 2));
    expect([found[5].rate, found[6].rate]).toEqual([found[4].rate, found[4].rate]);
  });
});

describe('several controls', () => {
  const steps = {
    unit: 'gradient evaluations per update',
    table: null,
    open_loop: { updates: [0, 10], values: [1, 4] },
    guards: { min: 1, max: 3, max_up_ratio_per_update: 10, max_down_ratio_per_update: 10, warmup_updates: 0 },
  };

  test('each has its own values and guards; whole numbers are rounded, the reason names the guards of others', () => {
    const of = openLoopPolicy();
    const both = { ...of, controls: { ...of.controls, attack_steps: steps } };
    const { decisions: decided } = follow(policySchedule(both, { updates: 100 }), Array<null>(11).fill(null));
    // 1 + 0.3 k, rounded, at most 3.
    expect(decided.map(({ controls }) => controls.attack_steps)).toEqual([1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3]);
    expect(decided.map(({ controls }) => controls.learning_rate)).toEqual(
      follow(policySchedule(of, { updates: 100 }), Array<null>(11).fill(null)).decisions.map(({ rate }) => rate),
    );
    expect(decided[5].reason).toBe('open_loop');
    expect(decided[10].reason).toBe('open_loop; attack_steps clamp:max');
  });

  test('no ratio limit holds a control at 0, and whole numbers grow although each step rounds down', () => {
    const of = openLoopPolicy();
    const ratio = { max_up_ratio_per_update: 1.25, max_down_ratio_per_update: 2, warmup_updates: 0 };
    const eps = {
      unit: 'unit of the inputs, in the norm of the attack',
      table: null,
      open_loop: { updates: [0, 4], values: [0, 0.4] },
      guards: { min: 0, max: 1, ...ratio },
    };
    const slow = { ...steps, open_loop: { updates: [0, 1], values: [1, 3] }, guards: { min: 1, max: 3, ...ratio } };
    const both = { ...of, controls: { ...of.controls, attack_eps: eps, attack_steps: slow } };
    const found = follow(policySchedule(both, { updates: 100 }), Array<null>(6).fill(null)).decisions;
    // 1.25^k = 1, 1.25, 1.56, 1.95, 2.44, 3, rounded.
    expect(found.map(({ controls }) => controls.attack_steps)).toEqual([1, 1, 2, 2, 2, 3]);
    expect(found.slice(0, 3).map(({ controls }) => controls.attack_eps)).toEqual([0, 0.1, 0.125]);
  });

  test('a control that is not known, another unit and a value that is none are refused, each by its path', () => {
    const of = openLoopPolicy();
    const wrong = {
      ...of,
      controls: {
        ...of.controls,
        temperature: steps,
        attack_steps: { ...steps, unit: 'seconds', open_loop: { updates: [0, 1], values: [1, 1.5] } },
        averaging_weight: {
          ...steps,
          unit: 'share of the average, in [0, 1]',
          open_loop: { updates: [0], values: [1] },
        },
        batch_size: { ...steps, unit: 'examples', guards: { ...steps.guards, warmup_updates: 5 } },
      },
    };
    expect(policyIssues(wrong).map(({ path }) => path)).toEqual([
      'controls.temperature',
      'controls.attack_steps.unit',
      'controls.attack_steps.open_loop.values.1',
      'controls.averaging_weight.guards.max',
      'controls.batch_size.guards.warmup_updates',
    ]);
    expect(policyIssues({ ...of, controls: { attack_steps: steps } }).map(({ path }) => path)).toEqual([
      'controls.learning_rate',
    ]);
    expect(policyIssues(withLearningRate(of, { guards: { ...guards, min: 0 } }))[0].path).toBe(
      'controls.learning_rate.guards.min',
    );
  });
});
