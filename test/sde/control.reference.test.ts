import { describe, expect, test } from '@jest/globals';
import { solve } from '../../solvers/index.js';
import { meanEstimate, ratioEstimate } from '../../src/math/estimates.js';
import { rateProblem, realRuns } from '../../src/sde/index.js';
import { bestConstant } from '../../src/sde/control/baselines.js';
import { within } from '../helpers/within.js';
import { modelOf, projected } from './models.js';

describe('(iv-4) location with budget eps: the control problem', () => {
  test('V(0, 2) and V(0, .5) of first order, the rates there, and the least loss', async () => {
    const model = await modelOf({
      data: { gaussian: { mean: [0], covariance: [[1]] } },
      attack: projected(),
      eta: 0.2,
      horizon: 3,
      start: { theta: 2 },
      at: [],
      control: {
        ...{ order: 1, domain: { theta: [-5, 5] }, nodes: 201, steps: 100, boundary: 'reflecting' },
        ...{ terminal_cost: 'loss', running_cost: 'loss - loss_min' },
      },
    });
    const { problem, lossMinimum } = await rateProblem(model);
    // L(0) = sig^2 / 2 + eps sig sqrt(2 / pi) + eps^2 / 2
    const least = 0.5 + 0.3 * Math.sqrt(2 / Math.PI) + 0.045;
    within(lossMinimum, least, { rel: 1e-9, because: 'the loss is flat at its minimum' });
    const query = [2, 0.5, 0.1].map((x) => ({ t: 0, x: [x] }));
    const { values, errorEstimates, controls } = solve(problem, { query });
    [1.8505, 0.8722].forEach((expected, i) => {
      within(values[i]!, expected, { rel: 1e-3, because: 'what the issue asks for; the reference has 3e-4 itself' });
      within(values[i]!, expected, {
        abs: errorEstimates.values[i]! + [3e-4, 2e-4][i],
        because: 'its own error estimate and that of the reference',
      });
    });
    expect(controls[0]!.u).toBe(1);
    within(controls[2]!.u, 0.77, {
      abs: 0.03,
      because:
        'about .77; the control converges in first order: .7426 on this grid, .7662 with 801 nodes, .7672 with 1601',
    });
  });
});

describe('(iv-1) end to end: adaptive beats fixed', () => {
  /** a = 1 + c_K, S = a^2 sig^2 / B, M0 = (theta0 - mu)^2; L_adv = (a^2 / 2) (M + sig^2), M = E (theta - mu)^2. */
  const [a, mu, sig, B, M0, updates, runs] = [1.45882285, 0.2, 0.9, 4, 4, 60, 200_000];
  const S = (a * sig) ** 2 / B;

  test('200,000 real runs under the optimal rates, and under the best constant one', async () => {
    const model = await modelOf({ horizon: 6, control: { domain: { theta: [-4, 4] }, nodes: 41, order: 1 } });
    const of = await rateProblem(model);
    const run = realRuns(model, of);
    const optimal = Float64Array.from({ length: updates }, (_, n) => 1 / (a * (1 + n + S / (a * a * M0))));
    const found = bestConstant(model, updates, run, { runs: 1000, seed: 0, purpose: 'search' });
    within(found.parameters.rate, 0.0466817, { rel: 0.05, because: 'a search over 1000 runs; the cost is flat there' });

    const report = { runs, seed: 0, purpose: 'report' };
    const [best, fixed] = [run(optimal, report), run(new Float64Array(updates).fill(0.0466817), report)];
    const square = ({ finalWeights }: typeof best) => meanEstimate(finalWeights.map((theta) => (theta - mu) ** 2));
    const [adaptive, constant] = [square(best), square(fixed)];
    const formula = 1 / (1 / M0 + (updates * a * a) / S);
    within(formula, 0.0033721547, { abs: 5e-11, because: 'ten digits are given' });
    within(adaptive.mean!, formula, { abs: 3 * adaptive.standard_error!, because: '3 standard errors' });
    within(constant.mean!, 0.0079807, { abs: 3 * constant.standard_error!, because: '3 standard errors' });

    const excess = (outcome: typeof best) => outcome.finalLoss.map((loss) => loss - of.lossMinimum);
    const times = ratioEstimate(excess(fixed), excess(best));
    within(times.mean!, 2.37, { abs: 3 * times.standard_error! + 0.005, because: '3 standard errors, and two digits' });
    const more = ratioEstimate(fixed.finalLoss, best.finalLoss);
    within(100 * (more.mean! - 1), 0.56, { abs: 300 * more.standard_error! + 0.02, because: '3 standard errors' });
    within(meanEstimate(best.finalLoss).mean!, 0.86549, { abs: 5e-5, because: 'the theory gives five digits' });
    within(meanEstimate(fixed.finalLoss).mean!, 0.8704, { abs: 5e-5, because: 'the theory gives five digits' });
  });
});
