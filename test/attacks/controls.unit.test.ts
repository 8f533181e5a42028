import { describe, expect, test } from '@jest/globals';
import { attackControls, attackUnder } from '../../src/attacks/controls.js';
import { createAttack } from '../../src/attacks/create-attack.js';
import { trainingAttackSchema } from '../../src/attacks/schemas.js';

const spec = trainingAttackSchema.parse({
  type: 'pgd',
  eps: {
    schedule: [
      [0, 0],
      [1, 0.1],
    ],
  },
  steps: 5,
});

describe('controls of an attack', () => {
  test('are what its description says, and how each goes between two points', () => {
    expect(attackControls(spec)).toEqual({
      attack_eps: {
        value: {
          schedule: [
            [0, 0],
            [1, 0.1],
          ],
        },
        between: 'linear',
      },
      attack_steps: { value: 5, between: 'held' },
      attack_step_size: { value: null, between: 'linear' },
    });
    const penalised = { type: 'penalised_ascent', steps: 3, eta_i: 0.1, lambda: 1 } as const;
    expect(Object.keys(attackControls(penalised))).toEqual(['attack_steps', 'attack_step_size']);
  });

  test('put in, give the fixed attack; what is not given is what the description says at that share', () => {
    expect(attackUnder(spec, { attack_steps: 2 }, 0.5)).toMatchObject({ eps: 0.05, steps: 2 });
    expect(attackUnder(spec, { attack_step_size: 0.01 })).toMatchObject({ eps: 0.1, alpha: 0.01 });
  });

  test('an attack put under them derives its step length anew: 2.5 * 0.2 / 5', () => {
    expect(createAttack(spec).under!(attackUnder(spec, { attack_eps: 0.2 })).spec).toMatchObject({
      eps: 0.2,
      alpha: 0.1,
    });
  });

  test('that it does not obey are refused together', () => {
    const fgsm = trainingAttackSchema.parse({ type: 'fgsm', eps: 0.1 });
    expect(() => attackUnder(fgsm, { attack_steps: 2 })).toThrow('The attack fgsm has no attack_steps.');
  });
});

describe('a ramp', () => {
  const ramped = (eps: object) => trainingAttackSchema.parse({ type: 'pgd', eps, steps: 5 });

  test('is the schedule from a share of the value to the value', () => {
    expect(attackControls(ramped({ value: 0.2, ramp: { from: 0.25, over: 0.4 } })).attack_eps?.value).toEqual({
      schedule: [
        [0, 0.05],
        [0.4, 0.2],
      ],
    });
    expect(attackUnder(ramped({ value: 0.2, ramp: {} }), {}, 0.15)).toMatchObject({ eps: expect.closeTo(0.15, 12) });
    expect(attackUnder(ramped({ value: 0.2, ramp: {} }), {}, 0.3)).toMatchObject({ eps: 0.2 });
  });

  test.each([{ ramp: {} }, { value: 0.2, ramp: { over: 0 } }, { value: 0.2, ramp: { from: 2 } }])(
    '%j is none',
    (eps) => {
      expect(() => ramped(eps)).toThrow();
    },
  );

  test('is of the radius alone: the number of steps has none', () => {
    const spec = { type: 'pgd', eps: 0.1, steps: { value: 5, ramp: {} } };
    expect(trainingAttackSchema.safeParse(spec).success).toBe(false);
  });
});
