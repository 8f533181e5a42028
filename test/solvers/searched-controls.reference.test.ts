import { describe, expect, test } from '@jest/globals';
import { solve, type Answer } from '../../solvers/index.js';
import { parseArtifact } from '../../src/artifacts/files.js';
import { compileProblem } from '../../src/synthesis/problem-file/compile.js';
import { within } from '../helpers/within.js';

async function solved(fields: object): Promise<Answer> {
  const file = { kind: 'control_problem', schema_version: '1.0.0', ...fields };
  const { problem, options } = await compileProblem(parseArtifact('control_problem', file, 'problem.json'));
  return solve(problem, options);
}

/** The value within three estimates, none of which is large. */
function agrees(answer: Answer, i: number, exact: number, largest: number, truncation = 1e-12): void {
  expect(answer.status).toBe('converged');
  const estimate = answer.errorEstimates.values[i]!;
  expect(estimate).toBeLessThan(largest);
  within(answer.values[i]!, exact, { abs: 3 * estimate + truncation, because: 'three estimates' });
}

describe('consumption out of wealth without noise, over bounds that are decades too wide', () => {
  // V = max of int e^(-.05 t) U(c) dt with dw = (.03 w - c) dt.
  const consumption = (utility: string, bounds: readonly (number | string)[], lowest: number): object => ({
    ...{ objective: 'maximize', horizon: 'infinite', discount: 0.05 },
    states: [
      {
        ...{ name: 'w', domain: [lowest, 10], nodes: 101, spacing: 'log', coordinate: 'log' },
        boundary: ['state_constraint', 'reflecting'],
      },
    ],
    ...{ controls: [{ name: 'c', bounds }], drift: ['0.03*w - c'], covariance: [[0]], running_cost: utility },
    query: [{ w: 1 }, { w: 5 }],
  });

  // U = ln c: c = .05 w, V = 20 (ln(.05 w) - .4).
  // The lower face is met after 230 units of time, which e^(-.05 t) makes 1e-5.
  test.each([10, 1e9])('ln c with c <= %d', async (most) => {
    const answer = await solved(consumption('log(c)', [1e-6, most], 0.01));
    agrees(answer, 0, 20 * (Math.log(0.05) - 0.4), 1e-3, 3e-5);
    agrees(answer, 1, 20 * (Math.log(0.25) - 0.4), 1e-3, 3e-5);
    within(answer.controls[0]!['c'], 0.05, { rel: 1e-3, because: 'first order at 101 nodes' });
  });

  // U = 2 sqrt c: V = A sqrt w with A^2 = 2 / .035, c = 4 w / A^2 = .07 w.
  test.each([1, 1e7])('2 sqrt c with 0 <= c <= %d', async (most) => {
    const answer = await solved(consumption('2*sqrt(c)', [0, most], 1e-4));
    agrees(answer, 0, Math.sqrt(2 / 0.035), 0.01);
    within(answer.controls[0]!['c'], 0.07, { rel: 2e-3, because: 'first order at 101 nodes' });
  });

  // U = -1/c: V = -K / w with .05 K / w = max(-1/c + (.03 w - c) K / w^2)...: c = w / sqrt K, .08 K = 2 sqrt K.
  test('-1/c from a bound of 1e-9', async () => {
    const answer = await solved(consumption('-1/c', [1e-9, 1e9], 0.01));
    agrees(answer, 0, -(25 ** 2), 1);
    within(answer.controls[0]!['c'], 1 / 25, { rel: 1e-3, because: 'first order at 101 nodes' });
  });
});

describe('many wells', () => {
  const wells = (cost: string, bounds: readonly number[]): object => ({
    horizon: 1,
    states: [{ name: 'x', domain: [0, 1], nodes: 5, boundary: ['reflecting', 'reflecting'] }],
    controls: [{ name: 'u', bounds }],
    ...{ drift: [0], covariance: [[0.01]], running_cost: cost, time: { steps: 4 }, query: [{ t: 0, x: 0.5 }] },
  });

  /** On points so close that the parabola through the lowest three is exact to 1e-9. */
  function lowest(f: (u: number) => number, low: number, high: number): number {
    const at = (count: number, from: number, to: number): number => {
      const points = Array.from({ length: count + 1 }, (_, i) => from + (i / count) * (to - from));
      return points.reduce((best, u) => (f(u) < f(best) ? u : best));
    };
    const coarse = at(400_000, low, high);
    const step = (high - low) / 400_000;
    return f(at(1000, Math.max(low, coarse - step), Math.min(high, coarse + step)));
  }

  test.each([
    ['sin(150*u) + u', [0, 1], (u: number): number => Math.sin(150 * u) + u],
    ['cos(40*u)*(1 + 0.3*u) + 0.1*u^2', [-3, 3], (u: number): number => Math.cos(40 * u) * (1 + 0.3 * u) + 0.1 * u * u],
    // A well of width .002 that no even sample of the range sees.
    [
      '-exp(-((u - 17.123)/0.002)^2) + 1e-3*u',
      [0, 50],
      (u: number): number => -Math.exp(-(((u - 17.123) / 0.002) ** 2)) + 1e-3 * u,
    ],
    ['u > 0.3217 ? (u > 0.3219 ? 1 : -1) : u', [0, 1], (u: number): number => (u > 0.3217 ? (u > 0.3219 ? 1 : -1) : u)],
  ] as const)('%s', async (cost, bounds, f) => {
    const answer = await solved(wells(cost, bounds));
    const exact = lowest(f, bounds[0], bounds[1]);
    within(answer.values[0]!, exact, { abs: 1e-8, because: 'V = T min f, to the tolerance of the steps' });
  });
});

describe('a face with a state constraint from which few controls keep the state', () => {
  // dq = -v (1 - v) dt at q = 0: v = 0 or v >= 1, so that V(0) = 0. Of the other value see the searched minimiser at 51 nodes.
  const isolated = (cost: string, nodes: number): object => ({
    ...{ horizon: 'infinite', discount: 1, drift: ['-v*(1 - v)'], covariance: [[0]], running_cost: cost },
    states: [{ name: 'q', domain: [0, 1], nodes, boundary: ['state_constraint', 'reflecting'] }],
    ...{ controls: [{ name: 'v', bounds: [0, 2] }], query: [{ q: 0 }, { q: 0.5 }] },
  });

  test.each(['v^2 + q', 'abs(v)^2 + q'])('%s: an isolated admissible end', async (cost) => {
    const answer = await solved(isolated(cost, 51));
    within(answer.values[0]!, 0, { abs: 1e-9, because: 'v = 0 stays at 0 for nothing' });
    within(answer.values[1]!, 0.38246, { abs: 3 * answer.errorEstimates.values[1]!, because: 'three estimates' });
    expect(answer.controls[0]!['v']).toBe(0);
  });

  // dq = -v dt from the lower face: v = 0 alone.
  test('liquidation: the closed form and the search take v = 0, and agree', async () => {
    const liquidation = (cost: string): object => ({
      ...{ horizon: 1, drift: ['-v'], covariance: [[0]], running_cost: cost, terminal_cost: '5*q^2' },
      states: [{ name: 'q', domain: [0, 2], nodes: 41, boundary: ['state_constraint', 'natural'] }],
      ...{ controls: [{ name: 'v', bounds: [0, 100] }], time: { steps: 40 }, query: [{ t: 0, q: 1 }] },
    });
    const [exact, searched] = [
      await solved(liquidation('0.1*v^2 + 0.4*q^2')),
      await solved(liquidation('0.1*abs(v)^2 + 0.4*q^2')),
    ];
    expect(exact.status).toBe('converged');
    within(exact.values[0]!, searched.values[0]!, { rel: 1e-6, because: 'the tolerance of the steps' });
    within(exact.controls[0]!['v'], searched.controls[0]!['v'], { rel: 1e-5, because: 'that of the search' });
  });
});

test('two controls inside a correlated covariance: the exchange option at its worst volatilities', async () => {
  // Variance of ln(x/y): a^2 + b^2 - 1.6 a b, largest at (.2, .4) and (.4, .2): .072. V(1, 1) = 2 Phi(s / 2) - 1.
  const axis = { domain: [0.15, 6], nodes: 15, boundary: ['linear', 'linear'], spacing: 'log', coordinate: 'log' };
  const answer = await solved({
    ...{ objective: 'maximize', horizon: 1, time: { steps: 5 }, wider_domain: false },
    states: [
      { name: 'x', ...axis },
      { name: 'y', ...axis },
    ],
    controls: ['a', 'b'].map((name) => ({ name, bounds: [0.2, 0.4] })),
    drift: [0, 0],
    covariance: [
      ['(a*x)^2', '0.8*a*b*x*y'],
      ['0.8*a*b*x*y', '(b*y)^2'],
    ],
    ...{ terminal_cost: 'max(x - y, 0)', query: [{ t: 0, x: 1, y: 1 }] },
  });
  agrees(answer, 0, 0.106727, 0.03);
});

test('coefficients of degree two in each of two controls are read off nine samples, to the same answer', async () => {
  const file = {
    ...{ kind: 'control_problem', schema_version: '1.0.0', objective: 'maximize', horizon: 0.5 },
    states: ['x', 'y'].map((name) => ({
      ...{ name, domain: [0.3, 3], nodes: 13, boundary: ['linear', 'linear'], spacing: 'log', coordinate: 'log' },
    })),
    controls: ['a', 'b'].map((name) => ({ name, bounds: [0.2, 0.4] })),
    drift: ['0.01 * a * x', 0],
    covariance: [
      ['(a * x)^2', '0.8 * a * b * x * y'],
      ['0.8 * a * b * x * y', '(b * y)^2'],
    ],
    ...{ terminal_cost: 'max(x - y, 0)', running_cost: 'a * b / 100', time: { steps: 4 }, query: [{ x: 1, y: 1 }] },
  };
  const { problem, options } = await compileProblem(parseArtifact('control_problem', file, 'problem.json'));
  expect(problem.quadraticInEach).toBe(true);
  const [read, asked] = [true, false].map((quadraticInEach) => solve({ ...problem, quadraticInEach }, options));
  const because = 'policies agree to the tolerance 1e-9 of a step, of four';
  within(read.values[0]!, asked.values[0]!, { abs: 1e-8, because });
  const [u, w] = [read, asked].map(({ controls }) => controls[0]!);
  const corners = 'controls in a corner';
  // By symmetry (.4, .2) and (.2, .4) are nearly as good.
  within(u.a + u.b, w.a + w.b, { abs: 1e-6, because: corners });
});
