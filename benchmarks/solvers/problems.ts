import { uniformGrid, type ControlProblem } from '../../solvers/index.js';

/**
 * Control in the drift and in the diffusion of every state, reflecting faces:
 *   dx_a = u a_a(x) dt + sqrt(s0 + s u^2) dW_a,   cost integral of |x|^2 / 2 + r u^2 / 2,   u in [-1, 1].
 */
export function yardstickProblem(nodes: number, steps: number, states: 1 | 2 | 3): ControlProblem {
  const [s0, s, r] = [0.02, 0.1, 0.5];
  return {
    name: `yardstick, ${states} states`,
    objective: 'minimize',
    horizon: 1,
    states: Array.from({ length: states }, (_, a) => ({
      name: `x${a}`,
      grid: uniformGrid(-2, 2, nodes),
      coordinate: 'identity',
      boundary: ['reflecting', 'reflecting'],
    })),
    controls: [{ name: 'u', lower: () => -1, upper: () => 1 }],
    drift: (_t, x, [u], out) => {
      for (let a = 0; a < states; a += 1) out[a] = u * (1 + 0.3 * Math.sin(x[a] + a));
    },
    covariance: (_t, _x, [u], out) => {
      out.fill(0);
      for (let k = 0; k < states * states; k += states + 1) out[k] = s0 + s * u * u;
    },
    runningCost: (_t, x, [u]) => x.reduce((sum, value) => sum + (value * value) / 2, 0) + (r * u * u) / 2,
    terminalCost: () => 0,
    times: uniformGrid(0, 1, steps + 1),
    timeDependent: false,
  };
}
