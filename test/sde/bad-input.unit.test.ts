import { describe, expect, test } from '@jest/globals';
import type { HjbLrError } from '../../src/errors.js';
import { analyseSgdModel } from '../../src/sde/index.js';
import { within } from '../helpers/within.js';
import { modelOf, projected, type Changes } from './models.js';

async function refusal(changes: Changes): Promise<HjbLrError> {
  const outcome = await modelOf(changes)
    .then((model) => analyseSgdModel(model))
    .catch((error: unknown) => error);
  expect(outcome).toHaveProperty('code');
  return outcome as HjbLrError;
}

const NO_ATTACK = { attack: { type: 'none' } };
const HUBER = 'abs(theta - x) < 0.5 ? (theta - x)^2/2 : 0.5*abs(theta - x) - 0.125';

describe('a loss that is not differentiable', () => {
  test('where rows of the data lie: every point at once, each with its row', async () => {
    const points = { points: [[0.7], [1], [0.2]] };
    const at = [{ theta: 1 }, { theta: 0.5 }, { theta: 0.7 }];
    const error = await refusal({ ...NO_ATTACK, loss: 'abs(theta - x)', data: points, at });
    expect(error.code).toBe('E_INVALID');
    expect(error.issues).toEqual([
      { path: 'at.0', message: 'The loss is not differentiable at theta = 1 where the data lie, at x = 1.' },
      { path: 'at.2', message: 'The loss is not differentiable at theta = 0.7 where the data lie, at x = 0.7.' },
    ]);
  });

  test('where the attack leads them', async () => {
    // delta = .3 sign(x - theta): from .9 to 1.2, where max(x, 1.2) has its kink
    const loss = '(theta - x)^2/2 + max(x, 1.2)*theta';
    const changes = { loss, data: { points: [[0.9]] }, attack: projected({ steps: 1 }), at: [{ theta: 0.1 }] };
    expect((await refusal(changes)).message).toContain('at x = 1.2.');
  });

  test('in the weights alone, whatever the data', async () => {
    const error = await refusal({ ...NO_ATTACK, loss: 'abs(theta) + (theta - x)^2', at: [{ theta: 0 }] });
    expect(error.message).toContain('not differentiable at theta = 0');
  });

  test('on a set of probability 0: a warning, and the numbers', async () => {
    const { points, warnings } = analyseSgdModel(
      await modelOf({ ...NO_ATTACK, loss: 'abs(theta - x)', batch_size: 1 }),
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('a set of probability 0');
    // D hbar = 2 phi((theta - mu) / sigma) / sigma, none of it pathwise
    const density = Math.exp(-(0.4 ** 2) / (2 * 0.81)) / (0.9 * Math.sqrt(2 * Math.PI));
    within(points[0].jacobian[0][0], 2 * density, { rel: 1e-9, because: 'differences of fourth order' });
  });

  test('pieces that fit together smoothly are no kink, for rows on the seam neither', async () => {
    for (const data of [{ points: [[0.1], [1.1], [0.6]] }, { gaussian: { mean: [0], covariance: [[1]] } }]) {
      expect(analyseSgdModel(await modelOf({ ...NO_ATTACK, loss: HUBER, data })).warnings).toEqual([]);
    }
    // the stable form of log(1 + exp(-theta x)) at theta = 0: hbar = -E x / 2, D hbar = E x^2 / 4
    const loss = 'max(0, -theta*x) + log(1 + exp(-abs(theta*x)))';
    const model = await modelOf({ ...NO_ATTACK, loss, data: { points: [[1], [-2], [0.5]] }, at: [{ theta: 0 }] });
    const [point] = analyseSgdModel(model).points;
    within(point.hbar[0], 0.5 / 6, { abs: 1e-12, because: 'by hand' });
    within(point.jacobian[0][0], 5.25 / 12, { abs: 1e-9, because: 'differences of fourth order' });
    expect(point.jacobian_method).toBe('differences');
  });
});

describe('an ascent that diverges', () => {
  test('back and forth ever further', async () => {
    const error = await refusal({ attack: { type: 'penalised_ascent', steps: 7, eta_i: 1.5, lambda: 3 } });
    expect([error.code, error.issues[0].path]).toEqual(['E_INVALID', 'at.0']);
    expect(error.message).toMatch(/^The ascent of the attack diverges at theta = 0.6, from x = /);
  });

  test('to infinity', async () => {
    const attack = { type: 'penalised_ascent', steps: 30, eta_i: 0.5, lambda: 3 };
    expect((await refusal({ loss: '(theta - x)^4', attack })).message).toContain('ascent of the attack diverges');
  });

  test('a few steps uphill without penalty do not', async () => {
    const attack = { type: 'penalised_ascent', steps: 3, eta_i: 0.5, lambda: 0 };
    // c_3 = 1.5^3 - 1
    within(analyseSgdModel(await modelOf({ attack })).points[0].hbar[0], 1.5 ** 3 * 0.4, {
      rel: 1e-12,
      because: 'by hand',
    });
  });
});

describe('an expectation', () => {
  test.each(['exp(theta*x^2)', 'theta/x^2'])('of %s does not converge', async (loss) => {
    const error = await refusal({ ...NO_ATTACK, loss });
    expect(error.code).toBe('E_NOT_CONVERGED');
    expect(error.issues).toEqual([
      { path: 'at.0', message: 'The expectation over the data does not converge at theta = 0.6.' },
    ]);
  });

  test('of a loss that is not defined for some data', async () => {
    const error = await refusal({ ...NO_ATTACK, loss: 'theta*log(x)' });
    expect(error.code).toBe('E_INVALID');
    expect(error.message).toMatch(/not finite at theta = 0.6, for x = -/);
  });
});

describe('expressions', () => {
  test('every one that is not legal, by its path', async () => {
    const control = { domain: { theta: [-5, 5] }, terminal_cost: 'loss + q', running_cost: 'u^2*t + loss_min' };
    const error = await refusal({
      loss: 'c*(theta - z)^2',
      rate: { value: '1 + x' },
      observables: ['theta', 'theta +'],
      control,
    });
    expect(error.code).toBe('E_EXPRESSION');
    expect(error.issues.map(({ path }) => path)).toEqual([
      'loss',
      'rate.value',
      'observables.1',
      'control.terminal_cost',
    ]);
  });

  test('a rate that leaves its bounds, or has no derivative', async () => {
    for (const value of ['1 + theta', 'sqrt(t)']) {
      const error = await refusal({ rate: { value } });
      expect(error.message).toMatch(/^The rate is .* at theta = 0.6, t = 0; its bounds are \[0, 1\]/);
    }
  });
});

describe('single rows under a sign attack', () => {
  test('are warned of', async () => {
    const model = await modelOf({ data: { points: [[1], [0]] }, attack: projected() });
    expect(analyseSgdModel(model).warnings[0]).toContain('the weak order may drop');
  });
});
