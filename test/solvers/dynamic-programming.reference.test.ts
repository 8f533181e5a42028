import { describe, expect, test } from '@jest/globals';
import { logGrid, solveHjb, uniformGrid, type ControlProblem } from '../../solvers/index.js';

const CONTROLS = Array.from({ length: 4001 }, (_, i) => 0.05 + (1.95 * i) / 4000);

/** Noise memory on 5 log nodes: drift with a break at u = 1/lam, control in the noise, a cost on the control. */
function tiny(objective: ControlProblem['objective']): ControlProblem {
  return {
    name: 'tiny',
    objective,
    horizon: 2,
    states: [{ name: 'x', grid: logGrid(0.5, 8, 5), coordinate: 'log', boundary: ['reflecting', 'reflecting'] }],
    controls: [{ name: 'u', lower: () => 0.05, upper: () => 2, breaks: () => [1 / 0.9] }],
    timeDependent: false,
    drift: (_t, [x], [u], out) => (out[0] = 0.3 * u * u - (1 - (1 - Math.min(u * 0.9, 1)) ** 2) * x),
    covariance: (_t, [x], [u], out) => (out[0] = 0.2 * u * u * x * x),
    runningCost: (_t, [x], [u]) => 0.1 * x + 0.05 * (u - 1) ** 2,
    terminalCost: ([x]) => x,
    times: [0, 0.3, 0.9, 1, 2],
  };
}

/**
 * The same discrete equation by brute force, from the definition: at every level the fixed point of
 *   V_i = min over 4,001 controls of (V_i(t + dt)/dt + cost + w- V_{i-1} + w+ V_{i+1}) / (1/dt + w- + w+).
 */
function bruteForce(problem: ControlProblem): number[] {
  const { times, terminalCost, objective } = problem;
  const choose = objective === 'minimize' ? Math.min : Math.max;
  let V = problem.states[0].grid.map((x) => terminalCost([x]));
  for (let level = times.length - 2; level >= 0; level -= 1) {
    const dt = times[level + 1] - times[level];
    const later = V;
    for (let sweep = 0; sweep < 400; sweep += 1) {
      const before = V;
      V = V.map((_, i) =>
        CONTROLS.reduce((best, u) => choose(best, update(problem, i, u, before, later[i], dt)), WORST[objective]),
      );
      if (V.every((value, i) => Math.abs(value - before[i]) < 1e-13)) break;
    }
  }
  return V;
}

const WORST = { minimize: Infinity, maximize: -Infinity };

function update(
  problem: ControlProblem,
  i: number,
  u: number,
  V: readonly number[],
  later: number,
  dt: number,
): number {
  const { grid } = problem.states[0];
  const x = grid[i];
  const h = Math.log(2);
  const out = new Float64Array(1);
  problem.covariance(0, [x], [u], out, 0);
  const s = out[0] / x ** 2;
  problem.drift(0, [x], [u], out, 0);
  const mu = out[0] / x - s / 2;
  const atFace = i === 0 || i === grid.length - 1;
  const diffusion = atFace ? s / h ** 2 : s / (2 * h ** 2);
  const below = i === 0 ? 0 : Math.max(-mu, 0) / h + diffusion;
  const above = i === grid.length - 1 ? 0 : Math.max(mu, 0) / h + diffusion;
  const neighbours = below * (V[i - 1] ?? 0) + above * (V[i + 1] ?? 0);
  return (later / dt + problem.runningCost(0, [x], [u], 0) + neighbours) / (1 / dt + below + above);
}

describe('solveHjb on a tiny problem', () => {
  test.each(['minimize', 'maximize'] as const)('%s: the value that brute force finds', (objective) => {
    const problem = tiny(objective);
    const { status, value } = solveHjb(problem, { tolerance: 1e-13, maximumPolicyIterations: 100, keep: [0] });
    expect(status).toBe('converged');
    // Second order in the spacing of the scan, 5e-4: at most 1e-6, and never better than the exact optimum.
    const sign = objective === 'minimize' ? 1 : -1;
    bruteForce(problem).forEach((brute, i) => {
      expect(sign * (brute - value[0][i])).toBeGreaterThan(-1e-11);
      expect(sign * (brute - value[0][i])).toBeLessThan(1e-6);
    });
  });

  test('more freedom of control never costs more, node by node', () => {
    const options = { tolerance: 1e-13, maximumPolicyIterations: 100, keep: [0] };
    const wide = solveHjb(tiny('minimize'), options).value[0];
    const narrow = { name: 'u', lower: () => 0.3, upper: () => 1.2, breaks: () => [1 / 0.9] };
    const { value } = solveHjb({ ...tiny('minimize'), controls: [narrow] }, options);
    value[0].forEach((v, i) => expect(v).toBeGreaterThanOrEqual(wide[i] - 1e-12));
  });

  test('a larger terminal cost never gives a smaller value: the scheme is monotone', () => {
    const options = { tolerance: 1e-13, maximumPolicyIterations: 100, keep: [0] };
    const [lower] = solveHjb(tiny('minimize'), options).value;
    const bumped = { ...tiny('minimize'), terminalCost: ([x]: readonly number[]) => x + (x > 1.5 && x < 3 ? 1e-3 : 0) };
    solveHjb(bumped, options).value[0].forEach((v, i) => expect(v - lower[i]).toBeGreaterThan(0));
  });

  test('a constant added to the terminal cost is added to the value', () => {
    const options = { tolerance: 1e-13, maximumPolicyIterations: 100, keep: [0] };
    const problem = { ...tiny('minimize'), times: uniformGrid(0, 2, 9) };
    const [value] = solveHjb(problem, options).value;
    const [shifted] = solveHjb({ ...problem, terminalCost: ([x]) => x + 5 }, options).value;
    shifted.forEach((v, i) => expect(Math.abs(v - value[i] - 5)).toBeLessThan(1e-12));
  });
});
