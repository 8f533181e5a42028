import { describe, expect, test } from '@jest/globals';
import { stoppingSchema } from '../../src/artifacts/experiment/experiment.js';
import { lookUpdates, planStopping, type StoppingCosts } from '../../src/stopping/index.js';

/** 2,000 updates of 6 evaluations on 32 examples; a look spends 12 on each of its own. */
const COSTS: StoppingCosts = { updates: 2000, update: 6, example: 12, batchSize: 32, available: 1000, averages: true };

function spent(plan: ReturnType<typeof planStopping>, { update }: StoppingCosts): number {
  const annealings = plan.looks.reduce((sum, k) => sum + plan.annealing(k), 0);
  return (plan.updates + annealings) * update + plan.looks.length * plan.cost;
}

test('looks come at growing distances, and at the end', () => {
  expect(lookUpdates({ first: 100, growth: 2, updates: 500 })).toEqual([100, 200, 400, 500]);
  expect(lookUpdates({ first: 1, growth: 1.1, updates: 5 })).toEqual([1, 2, 3, 4, 5]);
});

describe('the plan of a run with looks', () => {
  test('spends the budget of the run without any, and at most the share of the looks on them', () => {
    const plan = planStopping(stoppingSchema.parse({}), COSTS);
    // 15 % of 12,000 evaluations are 1,800; over 15 looks 120 each, which are 120 x 32 / 12 = 320 examples.
    expect(plan.examples).toBe(320);
    expect(plan.cost).toBe(120);
    expect(plan.looks).toHaveLength(14);
    // 12,000 - 14 x 120 = 10,320 are 1,720 updates.
    expect(plan.updates).toBe(1720);
    expect(spent(plan, COSTS)).toBe(12000);
  });

  test('looks on no more examples than there are, and for no more than a twentieth of a long run', () => {
    const plan = planStopping(stoppingSchema.parse({}), { ...COSTS, updates: 18000, available: 120 });
    expect(plan.examples).toBe(120);
    const long = { ...COSTS, updates: 18000 };
    const { looks, cost } = planStopping(stoppingSchema.parse({ examples: 5000 }), { ...long, available: 5000 });
    expect((looks.length * cost) / (18000 * 6)).toBeLessThanOrEqual(0.05);
  });

  test('has fewer looks where each would see too few examples', () => {
    // 1 % of 12,000 evaluations pays for six looks of 50 examples, 19 evaluations each.
    const plan = planStopping(stoppingSchema.parse({ cost: 0.01 }), COSTS);
    expect(plan.examples).toBeGreaterThanOrEqual(50);
    expect(plan.looks.length).toBeLessThanOrEqual(6);
    expect(spent(plan, COSTS)).toBeLessThanOrEqual(12000);
  });

  test('pays for annealings where the optimizer does not average, half as often', () => {
    const anneals = { ...COSTS, averages: false };
    const plan = planStopping(stoppingSchema.parse({}), anneals);
    expect(plan.annealing(400)).toBe(40);
    expect(plan.looks.slice(0, 3)).toEqual([100, 200, 400]);
    expect(spent(plan, anneals)).toBeLessThanOrEqual(12000);
    expect(spent({ ...plan, updates: plan.updates + 2 }, anneals)).toBeGreaterThan(12000);
  });

  test.each([
    ['no validation examples', { ...COSTS, available: 0 }, {}, 'Hold some out'],
    ['a run shorter than its first look', { ...COSTS, updates: 100 }, {}, 'lower stopping.first'],
    ['a share that pays for no two looks', COSTS, { cost: 0.001 }, 'Raise stopping.cost'],
  ])('refuses %s', (_name, costs, spec, remedy) => {
    let caught: unknown;
    try {
      planStopping(stoppingSchema.parse(spec), costs);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'E_INVALID', remedy: expect.stringContaining(remedy) });
  });
});
