import { describe, expect, test } from '@jest/globals';
import { solveEnsemble, solveHjb, type ControlProblem, type HjbOptions } from '../../solvers/index.js';
import { linearQuadratic, linearQuadraticWithNoise, liTaiE } from '../helpers/problems.js';

const OPTIONS: HjbOptions = { tolerance: 1e-9, maximumPolicyIterations: 50, keep: 'all' };
const BASE = linearQuadratic({ nodes: 61, steps: 30 });

/** The LQR with other coefficients; every third one is maximized, every fourth has a value given at a face. */
function varied(k: number): ControlProblem {
  const isMaximized = k % 3 === 2;
  const sign = isMaximized ? -1 : 1;
  const [state] = BASE.states;
  const boundary = k % 4 === 3 ? (['reflecting', { dirichlet: () => sign * 40 }] as const) : state.boundary;
  return {
    ...BASE,
    name: `LQR ${k}`,
    objective: isMaximized ? 'maximize' : 'minimize',
    states: [{ ...state, boundary }],
    drift: (_t, [x], [u], out) => (out[0] = -(0.2 + 0.1 * k) * x + (1 + 0.05 * k) * u),
    covariance: (_t, _x, [u], out) => (out[0] = 0.2 + 0.01 * k * u * u),
    runningCost: (_t, [x], [u]) => sign * (x * x + (0.2 + 0.1 * k) * u * u),
    terminalCost: ([x]) => sign * x * x,
  };
}

const ENSEMBLE = Array.from({ length: 11 }, (_, k) => varied(k));

describe('solveEnsemble', () => {
  test.each(['monotone', 'accurate'] as const)('%s: the numbers of each problem solved alone', (scheme) => {
    const together = solveEnsemble(ENSEMBLE, { ...OPTIONS, scheme });
    together.forEach((solution, k) => {
      const alone = solveHjb(ENSEMBLE[k], { ...OPTIONS, scheme });
      expect({ ...solution, kernel: '' }).toEqual({ ...alone, kernel: '' });
      expect(solution.kernel).toBe('wasm, 8 problems at once');
    });
  });

  // Targets on either side of every node: its problems, two by two, take different pieces of their controls.
  test('problems that steer to different sides', () => {
    const shifted = Array.from({ length: 8 }, (_, k): ControlProblem => ({
      ...ENSEMBLE[0],
      drift: (_t, _x, [u], out) => (out[0] = u),
      runningCost: (_t, [x], [u]) => (x - (-1) ** k * 0.2 * k) ** 2 + 0.1 * u * u,
    }));
    solveEnsemble(shifted, OPTIONS).forEach((solution, k) => {
      const alone = solveHjb(shifted[k], OPTIONS);
      expect({ ...solution, kernel: '' }).toEqual({ ...alone, kernel: '' });
    });
  });

  test('what cannot go together is solved alone, in the order given', () => {
    const problems = [
      liTaiE({ nodes: 41, steps: 20 }),
      linearQuadraticWithNoise({ nodes: 9, steps: 4 }),
      ...ENSEMBLE.slice(0, 2),
    ];
    const solutions = solveEnsemble(problems, OPTIONS);
    expect(solutions.map(({ kernel }) => kernel)).toEqual([
      ...['typescript', 'typescript'],
      ...['wasm, 8 problems at once', 'wasm, 8 problems at once'],
    ]);
    expect(solutions[0].value[0]).toEqual(solveHjb(problems[0], OPTIONS).value[0]);
    expect(solutions[1].value[0]).toEqual(solveHjb(problems[1], OPTIONS).value[0]);
  });

  test('one that is not finite ends alone', () => {
    const broken = { ...ENSEMBLE[1], terminalCost: ([x]: readonly number[]) => (x > 0 ? 1e308 : -1e308) };
    const [sound, unsound] = solveEnsemble([ENSEMBLE[0], broken], OPTIONS);
    expect(sound.status).toBe('converged');
    expect(unsound.status).toBe('non_finite');
    expect(sound.value).toEqual(solveHjb(ENSEMBLE[0], OPTIONS).value);
  });

  test('a problem that is not well posed is refused as solveHjb refuses it', () => {
    const bad = { ...BASE, horizon: -1 };
    expect(() => solveEnsemble([BASE, bad], OPTIONS)).toThrow(expect.objectContaining({ code: 'E_INVALID' }));
  });

  test('nothing in, nothing out', () => {
    expect(solveEnsemble([], OPTIONS)).toEqual([]);
  });
});

describe('the choice of kernel', () => {
  test.each([
    [{ kernel: 'typescript', threads: 2 }, 'threads'],
    [{ kernel: 'wasm', threads: 0 }, 'threads'],
    [{ kernel: 'wasm', threads: 1.5 }, 'threads'],
    [{ kernel: 'fortran' as 'wasm' }, 'kernel'],
  ] as const)('%j is refused at %s', (choice, path) => {
    expect(() => solveHjb(BASE, { ...OPTIONS, ...choice })).toThrow(
      expect.objectContaining({ code: 'E_INVALID', issues: [expect.objectContaining({ path })] }),
    );
  });

  test('what the WebAssembly kernels do not take is solved in TypeScript, and said so', () => {
    const uncertain = { ...BASE, scenarios: 2 };
    expect(solveHjb(uncertain, { ...OPTIONS, kernel: 'wasm' }).kernel).toBe('typescript');
    expect(solveHjb(BASE, { ...OPTIONS, kernel: 'wasm' }).kernel).toBe('wasm');
  });
});
