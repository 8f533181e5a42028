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

/** Copies of a problem side by side, each under controls of its own. */
export function sideBySide(problem: DeterministicProblem, copies: number): DeterministicProblem {
  const [n, m] = [problem.start.length, problem.controls.length];
  const { hamiltonian, terminalCost } = problem.gradients!;
  const each = (...lists: readonly (readonly [ArrayLike<number>, number])[]): Float64Array[][] =>
    Array.from({ length: copies }, (_, k) =>
      lists.map(([list, size]) => (list as Float64Array).subarray(k * size, (k + 1) * size)),
    );
  const repeated = <Item>(list: readonly Item[]): Item[] => Array.from({ length: copies }, () => list).flat();
  return {
    ...problem,
    start: repeated(problem.start),
    controls: repeated(problem.controls).map((control, k) => ({ ...control, name: `u${k}` })),
    dynamics: (t, x, u, out) => each([x, n], [u, m], [out, n]).forEach(([a, b, c]) => problem.dynamics(t, a, b, c)),
    terminalCost: (x) => each([x, n]).reduce((sum, [part]) => sum + problem.terminalCost!(part), 0),
    gradients: {
      hamiltonian: (t, x, u, p, inState, inControl) =>
        each([x, n], [u, m], [p, n], [inState, n], [inControl, m]).forEach(([a, b, c, d, e]) =>
          hamiltonian(t, a, b, c, d, e),
        ),
      terminalCost: (x, out) => each([x, n], [out, n]).forEach(([a, b]) => terminalCost!(a, b)),
    },
  };
}

/** The same problem, its derivatives left to differences. */
export function withoutGradients(problem: DeterministicProblem): DeterministicProblem {
  const { gradients: _, ...rest } = problem;
  return rest;
}
