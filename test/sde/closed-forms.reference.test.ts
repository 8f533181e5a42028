import { describe, expect, test } from '@jest/globals';
import { analyseSgdModel, drift, effectiveLoss, expandedDirection, gradientPenaltyLoss } from '../../src/sde/index.js';
import { observedOrder } from '../helpers/order.js';
import { within } from '../helpers/within.js';
import { covarianceOf, directionOf, jacobianOf, meanFieldOf, modelOf, projected, REGRESSION } from './models.js';

const DIGITS = { abs: 5e-8, because: 'the digits that the theory gives' };
const EXACT = { rel: 1e-9, abs: 1e-10, because: 'quadrature is exact but for rounding, and differences too to 1e-9' };

function allWithin(actual: readonly number[], expected: readonly number[], tolerance: Parameters<typeof within>[2]) {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => within(value, expected[i], tolerance));
}

describe('(iii) SGD on a quadratic', () => {
  /** a = 1.2, noise variance .9 of h = a (theta - x): data of variance .9 / a^2; q = 1 - eta u a. */
  const [a, eta, u, S, y0, n] = [1.2, 0.1, 0.8, 0.9, 1.5, 40];
  const spread = Math.sqrt(S) / a;
  const model = () =>
    modelOf({
      parameters: { a },
      loss: 'a*(theta - x)^2/2',
      data: { points: [[-spread], [spread]] },
      attack: { type: 'none' },
      eta,
      batch_size: 1,
      rate: { value: u },
      start: { theta: y0 },
      at: [{ theta: 1 }],
    });

  test('moments of the first- and second-order SDE', async () => {
    const [{ drift_1, drift_2, covariance }] = analyseSgdModel(await model()).points;
    const moments = (rate: number): [number, number] => [
      y0 * Math.exp(-rate * eta * n),
      ((eta * u * u * covariance[0][0]) / (2 * rate)) * (1 - Math.exp(-2 * rate * eta * n)),
    ];
    const first = { abs: 5e-8, because: 'seven digits are given' };
    allWithin(moments(-drift_1[0]), [0.0322404, 0.0299861], first);
    allWithin(moments(-drift_2[0]), [0.0268134, 0.0286168], first);
  });

  test('moments of the real iteration', async () => {
    const direction = directionOf(await model(), [1], [0])[0];
    within(direction, a, { abs: 1e-15, because: 'h = a (theta - x)' });
    const q = 1 - eta * u * direction;
    const variance = (eta * u) ** 2 * S * ((1 - q ** (2 * n)) / (1 - q * q));
    allWithin([y0 * q ** n, variance], [0.0264745434, 0.0315027885], { abs: 5e-11, because: 'ten digits are given' });
  });
});

describe('(iv-1) location with a penalised ascent', () => {
  /** c_K = ((1 + eta_I (1 - lambda))^K - 1) / (1 - lambda); a = 1 + c_K; mu = .2, sigma = .9, B = 4. */
  const a = 1.45882285;

  test('every coefficient', async () => {
    const [point] = analyseSgdModel(await modelOf()).points;
    within(point.hbar[0], a * 0.4, EXACT);
    within(point.covariance[0][0], (a * a * 0.81) / 4, EXACT);
    within(point.jacobian[0][0], a, EXACT);
    within(point.drift_1[0], -a * 0.4, EXACT);
    within(point.drift_2[0], -a * 0.4 - (0.1 / 2) * a * a * 0.4, EXACT);
    within(point.adversarial_loss, ((a * a) / 2) * (0.16 + 0.81), EXACT);
    within(point.clean_loss, 0.485, EXACT);
    within(point.effective_loss!, (a / 2) * (0.4 ** 2 - 2 ** 2), EXACT);
    expect([point.method, point.jacobian_method, point.asymmetry]).toEqual(['quadrature', 'pathwise', 0]);
  });

  test('lambda = 1: c_K = K eta_I', async () => {
    const model = await modelOf({ attack: { type: 'penalised_ascent', steps: 7, eta_i: 0.15, lambda: 1 } });
    within(meanFieldOf(model, [0.6])[0], (1 + 1.05) * 0.4, EXACT);
  });

  test('the drift of a rate that varies has its derivatives in it', async () => {
    const model = await modelOf({ rate: { value: 'exp(-t)*(0.5 + 0.1*theta)', bounds: [0, 1] } });
    const [hbar, u, u_t, u_theta] = [a * 0.4, 0.56, -0.56, 0.1];
    const [point] = analyseSgdModel(model).points;
    within(point.drift_2[0], -u * hbar - 0.05 * u * u * a * hbar, EXACT);
    // b0 + (eta / 2) (hbar (u_t - u hbar u_theta) - u^2 a hbar)
    within(point.drift_2_full[0], -u * hbar + 0.05 * (hbar * (u_t - u * hbar * u_theta) - u * u * a * hbar), EXACT);
    const out = new Float64Array(1);
    drift(
      'second_full',
      { meanField: Float64Array.of(hbar), jacobian: Float64Array.of(a) },
      { value: u, timeDerivative: u_t, gradient: [u_theta] },
      0.1,
      out,
    );
    within(point.drift_2_full[0], out[0], EXACT);
    model.drift('second_full', 0, [0.6], out);
    within(point.drift_2_full[0], out[0], EXACT);
  });
});

describe('examples of docstrings', () => {
  test('drift, expansion, penalty', async () => {
    const out = new Float64Array(1);
    const fields = { meanField: Float64Array.of(2), jacobian: Float64Array.of(3) };
    drift('second_held', fields, { value: 1, timeDerivative: 0, gradient: [0] }, 0.1, out);
    within(out[0], -2.3, EXACT);
    const model = await modelOf();
    const expanded = await expandedDirection(model);
    expanded?.([0.6], [1.2], out);
    within(out[0], -0.6 * 1.105, EXACT);
    within(gradientPenaltyLoss(model, [0.6])!, 0.485 * 2.05, EXACT);
    within(effectiveLoss(model, Float64Array.of(0.6)), (1.45882285 / 2) * (0.4 ** 2 - 2 ** 2), EXACT);
  });
});

describe('(iv-2) linear regression with a penalised ascent', () => {
  const { theta, Sx, v, rho2, s } = REGRESSION;
  const [K, eta, lambda] = [7, 0.15, 3];
  const c = ((1 + eta * (s - lambda)) ** K - 1) / (s - lambda);
  const model = () =>
    modelOf({ ...REGRESSION.file, attack: { type: 'penalised_ascent', steps: K, eta_i: eta, lambda } });

  test('mean field, loss and c to the digits given', async () => {
    within(c, 0.4554875, { abs: 5e-8, because: 'seven digits are given' });
    const [point] = analyseSgdModel(await model()).points;
    allWithin(point.hbar, [0.40241084, -0.91432999, -0.17366391], DIGITS);
    within(point.adversarial_loss, 0.58890044, DIGITS);
  });

  test('covariance and the Jacobian of the formula; no effective loss', async () => {
    const { points, effective_loss: effective } = analyseSgdModel(await model());
    const [point] = points;
    const g = (1 + c * s) ** 2;
    const expected = Sx.map((row, i) =>
      row.map((entry, j) => {
        const cross = v[i] * theta[j] + theta[i] * v[j];
        const outer = theta[i] * theta[j];
        return g * (rho2 * entry + v[i] * v[j] + 2 * c * rho2 * cross + 2 * c * c * rho2 ** 2 * outer);
      }),
    );
    allWithin(point.covariance.flat(), expected.flat(), EXACT);
    expect(effective.exists).toBe(false);
    expect(effective.sentence).toMatch(/not a gradient.*at a = 0.5, b = -0.8, c = 0.3/);
    expect(point.effective_loss).toBeNull();
    expect(point.asymmetry).toBeGreaterThan(0.01);
  });
});

describe.each(['L2', 'Linf'] as const)('(iv-3) linear regression on the %s ball', (norm) => {
  const { theta, Sx, v, rho2 } = REGRESSION;
  const eps = 0.3;
  const N = norm === 'L2' ? Math.hypot(...theta) : theta.reduce((sum, value) => sum + Math.abs(value), 0);
  const unit = theta.map((value) => (norm === 'L2' ? value / N : Math.sign(value)));
  const [rho, kappa] = [Math.sqrt(rho2), Math.sqrt(2 / Math.PI)];

  test('mean field, covariance and loss', async () => {
    const model = await modelOf({ ...REGRESSION.file, attack: projected({ norm, eps }) });
    const [hbar, S] = [new Float64Array(3), new Float64Array(9)];
    model.meanFieldAndCovariance(theta, hbar, S);
    allWithin(
      [...hbar],
      v.map((vi, i) => vi + eps * kappa * (rho * unit[i] + (N * vi) / rho) + eps * eps * N * unit[i]),
      EXACT,
    );
    const expected = Sx.flatMap((row, i) =>
      row.map((entry, j) => {
        const cross = v[i] * unit[j] + unit[i] * v[j];
        const vv = v[i] * v[j];
        return (
          rho2 * entry + vv + eps ** 2 * (1 - 2 / Math.PI) * rho2 * unit[i] * unit[j] +
          eps ** 2 * N ** 2 * (entry - (2 / Math.PI) * (vv / rho2)) + eps * kappa * rho * cross +
          2 * eps * N * kappa * rho * entry + eps ** 2 * N * (1 - 2 / Math.PI) * cross
        ); // prettier-ignore
      }),
    );
    allWithin([...S], expected, EXACT);
    within(model.adversarialLoss(theta), 0.5 * (rho2 + 2 * eps * kappa * N * rho + eps ** 2 * N ** 2), EXACT);
  });
});

describe('(iv-4) location with a budget', () => {
  /** mu = .2, sigma = .9, eps = .3, theta = .6: d = .4. */
  const model = (changes = {}) => modelOf({ attack: projected(), batch_size: 1, ...changes });

  test('to the digits given, and D hbar = 1 + 2 eps phi(d / sigma) / sigma', async () => {
    const [point] = analyseSgdModel(await model()).points;
    // the theory prints the loss as .7663624; its formula gives .76636231
    const expected = [0.5029836, 1.2797321, 0.7663623];
    const digits = { abs: 5e-8, because: 'seven digits are given' };
    allWithin([point.hbar[0], point.covariance[0][0], point.adversarial_loss], expected, digits);
    const E = 2 * Phi(0.4 / 0.9) - 1;
    within(point.hbar[0], 0.4 + 0.3 * E, EXACT);
    const density = Math.exp(-(0.4 ** 2) / (2 * 0.81)) / Math.sqrt(2 * Math.PI);
    within(point.adversarial_loss, 0.97 / 2 + 0.3 * (2 * 0.9 * density + 0.4 * E) + 0.045, EXACT);
    within(point.jacobian[0][0], 1 + (2 * 0.3 * density) / 0.9, EXACT);
    expect([point.method, point.jacobian_method]).toEqual(['quadrature', 'differences']);
    expect(point.standard_errors.hbar[0]).toBeLessThan(1e-8);
  });

  test('a normalised direction is a sign in one dimension; the gradient itself is clipped', async () => {
    const normalised = await model({ attack: projected({ norm: 'L2' }) });
    within(meanFieldOf(normalised, [0.6])[0], 0.502983614, DIGITS);
    // one step alpha g clipped to eps: h = y + clip(alpha y, -eps, eps), y = theta - x; alpha = eps: |y| < 1 is not clipped
    const gradient = await model({ attack: projected({ direction: 'gradient', steps: 1, alpha: 0.3 }) });
    const brute = midpoint((x) => 0.6 - x + Math.min(0.3, Math.max(-0.3, 0.3 * (0.6 - x))), 0.2, 0.9);
    within(meanFieldOf(gradient, [0.6])[0], brute, { abs: 1e-9, because: 'midpoint rule of 400,000 nodes' });
    expect(gradient.jacobianMethod([0.6])).toBe('pathwise');
  });

  test.each([0.3, 0.22])('from a uniform random start, with one step of length %d', async (alpha) => {
    const attack = projected({ random_start: true, steps: 1, alpha });
    const adversarial = await model({ attack });
    // grad_x l at x + delta^0 has the sign of x + delta^0 - theta; then delta = clip(delta^0 + alpha sign, -.3, .3)
    const clip = (v: number): number => Math.max(-0.3, Math.min(0.3, v));
    const given = (d0: number): number => {
      const below = Phi((0.4 - d0) / 0.9);
      return 0.4 - clip(d0 + alpha) * (1 - below) - clip(d0 - alpha) * below;
    };
    const kinks = [-0.3, alpha - 0.3, 0.3 - alpha, 0.3].sort((a, b) => a - b);
    const mean = kinks.slice(1).reduce((sum, high, k) => sum + simpson(given, kinks[k], high), 0) / 0.6;
    within(meanFieldOf(adversarial, [0.6])[0], mean, EXACT);
    expect(adversarial.fields.meanField([0.6]).method).toBe('quadrature');
  });
});

/** Distribution function of the standard normal, by its series. */
function Phi(z: number): number {
  let [sum, term] = [z, z];
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) sum += term *= (z * z) / k;
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

function simpson(f: (v: number) => number, low: number, high: number): number {
  const n = 200;
  const h = (high - low) / n;
  let sum = f(low) + f(high);
  for (let i = 1; i < n; i += 1) sum += (i % 2 === 1 ? 4 : 2) * f(low + i * h);
  return (sum * h) / 3;
}

/** E f(x), x normal, by the midpoint rule. */
function midpoint(f: (x: number) => number, mean: number, deviation: number, nodes = 400_000): number {
  let sum = 0;
  for (let i = 0; i < nodes; i += 1) {
    const z = -8 + (16 * (i + 0.5)) / nodes;
    sum += f(mean + deviation * z) * Math.exp((-z * z) / 2);
  }
  return (sum * 16) / nodes / Math.sqrt(2 * Math.PI);
}

describe('a sign attack that turns back', () => {
  test('on a loss with many maxima the splits find every jump', async () => {
    const model = await modelOf({
      loss: 'sin(theta*x)',
      data: { gaussian: { mean: [0.3], covariance: [[1]] } },
      attack: projected({ eps: 0.8, alpha: 0.3, steps: 4 }),
    });
    const brute = midpoint((x) => directionOf(model, [0.7], [x])[0], 0.3, 1);
    within(meanFieldOf(model, [0.7])[0], brute, { abs: 3e-5, because: 'jumps of size 1 between nodes 4e-5 apart' });
  });
});

describe('(2.1) the expansion of the ascent', () => {
  const attack = (eta_i: number) => ({ type: 'penalised_ascent', steps: 4, eta_i, lambda: 2 });
  const loss = 'log(cosh(theta - x)) + 0.05*(theta*x)^2';
  const sizes = [0.02, 0.01, 0.005, 0.0025];

  test('its remainder is of third order', async () => {
    const errors: number[] = [];
    for (const eta of sizes) {
      const model = await modelOf({ loss, attack: attack(eta) });
      const expanded = await expandedDirection(model);
      const h = new Float64Array(1);
      expanded!([1.5], [0.4], h);
      errors.push(Math.abs(h[0] - directionOf(model, [1.5], [0.4])[0]));
    }
    within(observedOrder(sizes, errors), 3, { abs: 0.05, because: 'order of the remainder' });
  });

  test('of two weights and two inputs too', async () => {
    const errors: number[] = [];
    const two = { weights: ['a', 'b'], inputs: ['x', 'y'], start: { a: 0, b: 0 }, at: [], observables: [] };
    for (const eta of sizes) {
      const data = { points: [[0, 0]] };
      const model = await modelOf({ ...two, data, loss: 'sin(a*x + b*y^2)*exp(a*y)', attack: attack(eta) });
      const expanded = await expandedDirection(model);
      const h = new Float64Array(2);
      expanded!([0.7, -0.4], [0.5, 1.1], h);
      const exact = directionOf(model, [0.7, -0.4], [0.5, 1.1]);
      errors.push(Math.hypot(h[0] - exact[0], h[1] - exact[1]));
    }
    within(observedOrder(sizes, errors), 3, { abs: 0.1, because: 'order of the remainder' });
  });

  test('hbar is the gradient of E l + (K eta_I / 2) E |grad_x l|^2 up to second order', async () => {
    const errors: number[] = [];
    for (const eta of sizes) {
      const model = await modelOf({ loss, attack: attack(eta), data: { points: [[-1], [0.4], [1.3]] } });
      const G = (theta: number): number => gradientPenaltyLoss(model, [theta])!;
      const slope = (8 * (G(1.501) - G(1.499)) - (G(1.502) - G(1.498))) / 0.012;
      errors.push(Math.abs(slope - meanFieldOf(model, [1.5])[0]));
    }
    within(observedOrder(sizes, errors), 2, { abs: 0.1, because: 'order of the remainder' });
  });

  test('other attacks have none; their penalty is the dual norm', async () => {
    const model = await modelOf({ attack: projected() });
    expect(await expandedDirection(model)).toBeNull();
    // E (theta - x)^2 / 2 + eps E |theta - x|
    const brute = midpoint((x) => (0.6 - x) ** 2 / 2 + 0.3 * Math.abs(0.6 - x), 0.2, 0.9);
    within(gradientPenaltyLoss(model, [0.6])!, brute, { abs: 1e-9, because: 'midpoint rule' });
  });
});

describe('the effective loss', () => {
  test('of two weights without attack is the clean loss', async () => {
    const model = await modelOf({
      weights: ['a', 'b'],
      loss: '(a - x)^2/2 + cosh(a*b - x)',
      attack: { type: 'none' },
      start: { a: 0.1, b: 0.4 },
      at: [{ a: 0.6, b: -0.3 }],
      observables: [],
    });
    const { points, effective_loss: effective } = analyseSgdModel(model);
    expect(effective.exists).toBe(true);
    const expected = model.cleanLoss([0.6, -0.3]) - model.cleanLoss([0.1, 0.4]);
    within(points[0].effective_loss!, expected, EXACT);
    within(effectiveLoss(model, Float64Array.of(0.6, -0.3)), expected, EXACT);
  });
});

describe('D hbar', () => {
  test('through the ascent is the derivative of hbar: against differences', async () => {
    const attacks = [
      { type: 'penalised_ascent', steps: 4, eta_i: 0.1, lambda: 2 },
      projected({ direction: 'gradient', norm: 'L2' }),
      projected({ direction: 'gradient', norm: 'Linf' }),
      projected({ norm: 'L2' }),
    ];
    for (const attack of attacks) {
      const model = await modelOf({
        weights: ['a', 'b'],
        inputs: ['x', 'y'],
        loss: 'cosh(a*x - b*y + x*y) + a*b*x/3',
        data: { points: [[0.3, 0.2], [-0.4, 0.9], [1.1, -0.2]] }, // prettier-ignore
        attack,
        start: { a: 0, b: 0 },
        at: [],
        observables: [],
      });
      const theta = [0.7, -0.4];
      const at = (j: number, step: number): number[] =>
        meanFieldOf(
          model,
          theta.map((v, i) => (i === j ? v + step : v)),
        );
      const found = jacobianOf(model, theta);
      for (const j of [0, 1]) {
        const column = at(j, 1e-3).map(
          (value, i) => (8 * (value - at(j, -1e-3)[i]) - (at(j, 2e-3)[i] - at(j, -2e-3)[i])) / 0.012,
        );
        allWithin([found[j], found[2 + j]], column, { rel: 1e-8, abs: 1e-8, because: 'differences of fourth order' });
      }
    }
  });

  test('of a jumping direction has the part of the border, for a mixture too', async () => {
    const model = await modelOf({ attack: projected(), data: { mixture: [
      { weight: 1, mean: [0.2], covariance: [[0.81]] },
      { weight: 3, mean: [1], covariance: [[0.04]] },
    ] } }); // prettier-ignore
    const phi = (d: number, s: number): number => Math.exp(-(d * d) / (2 * s * s)) / (s * Math.sqrt(2 * Math.PI));
    within(jacobianOf(model, [0.6])[0], 1 + 0.6 * (0.25 * phi(0.4, 0.9) + 0.75 * phi(-0.4, 0.2)), EXACT);
    expect(covarianceOf(model, [0.6])[0]).toBeGreaterThan(0);
  });
});
