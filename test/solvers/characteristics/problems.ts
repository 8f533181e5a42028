import type { DeterministicProblem } from '../../../solvers/characteristics/index.js';

/** M_i = E y_i^2 under the rate u: M_i' = -2 u alpha_i M_i + eta u^2, from M_i = 4, terminal loss sum alpha_i M_i / 2. */
export function quadraticModes(alphas: readonly number[], horizon: number): DeterministicProblem {
  const eta = 0.1;
  return {
    start: alphas.map(() => 4),
    horizon,
    controls: [{ name: 'u', lower: 0, upper: 1 }],
    dynamics: (_, M, [u], out) => alphas.forEach((alpha, i) => (out[i] = -2 * u * alpha * M[i] + eta * u * u)),
    terminalCost: (M) => alphas.reduce((sum, alpha, i) => sum + (alpha * M[i]) / 2, 0),
    gradients: {
      hamiltonian: (_, M, [u], p, inState, inControl) => {
        inControl[0] = 0;
        alphas.forEach((alpha, i) => {
          inState[i] = -2 * u * alpha * p[i];
          inControl[0] += p[i] * (-2 * alpha * M[i] + 2 * eta * u);
        });
      },
      terminalCost: (_, out) => alphas.forEach((alpha, i) => (out[i] = alpha / 2)),
    },
  };
}

/** The same problem, its derivatives left to differences. */
export function withoutGradients(problem: DeterministicProblem): DeterministicProblem {
  const { gradients: _, ...rest } = problem;
  return rest;
}
