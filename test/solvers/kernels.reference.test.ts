import { describe, expect, test } from '@jest/globals';
import { buildLattice } from '../../solvers/grid/lattice.js';
import { startMarch, stepBack, type March } from '../../solvers/hjb/march.js';
import { discretize } from '../../solvers/hjb/node-model.js';
import { resolveOptions } from '../../solvers/hjb/options.js';
import type { ControlProblem, Scheme } from '../../solvers/index.js';
import type { KernelChoice } from '../../solvers/hjb/march.js';
import { linearQuadratic, liTaiE } from '../helpers/problems.js';
import { controlInDiffusion, multiplicativeNoise } from './problems.js';

const FACES = [{ slope: (t: number) => -7 * (1 - t) }, { dirichlet: (t: number) => 60 * (1 - t / 2) }] as const;

const PROBLEMS: readonly (readonly [string, ControlProblem])[] = [
  ['Li, Tai & E', liTaiE({ nodes: 101, steps: 100 })],
  ['linear-quadratic', linearQuadratic({ nodes: 101, steps: 100 })],
  [
    'linear-quadratic, a slope and a value given',
    {
      ...linearQuadratic({ nodes: 101, steps: 100 }),
      states: [{ ...linearQuadratic({ nodes: 101, steps: 1 }).states[0], boundary: FACES }],
    },
  ],
  [
    'drift out of linear faces',
    {
      ...linearQuadratic({ nodes: 101, steps: 100 }),
      states: [{ ...linearQuadratic({ nodes: 101, steps: 1 }).states[0], boundary: ['linear', 'linear'] }],
      drift: (_t, [x], [u], out) => (out[0] = 2 * x + 0.1 * u),
    },
  ],
  ['control in the diffusion', controlInDiffusion({ nodes: 101, steps: 100 })],
  ['multiplicative noise', multiplicativeNoise({ nodes: 101, steps: 100, cap: 0.8 })],
];

function marched(problem: ControlProblem, scheme: Scheme, kernel: KernelChoice['kernel'], threads = 1): March {
  const d = discretize(problem, buildLattice(problem.states), scheme);
  const options = { tolerance: 1e-13, maximumPolicyIterations: 50, keep: [0], scheme };
  const march = startMarch(d, resolveOptions(options, problem.times), { kernel, threads });
  expect(march.kernel === null).toBe(kernel === 'steps');
  for (let level = problem.times.length - 2; level >= 0; level -= 1) stepBack(march, level);
  return march;
}

describe('the fused kernel of one state', () => {
  for (const scheme of ['monotone', 'accurate'] as const) {
    test.each(PROBLEMS)(
      `%s, ${scheme}: the values of improvement, assembly and elimination done in turn`,
      (_, problem) => {
        const fused = marched(problem, scheme, 'typescript');
        const steps = marched(problem, scheme, 'steps');
        const size = Math.max(...steps.V.map(Math.abs));
        fused.V.forEach((value, i) => expect(Math.abs(value - steps.V[i])).toBeLessThanOrEqual(1e-12 * size));
        expect([fused.converged, fused.offender]).toEqual([steps.converged, steps.offender]);
      },
    );
  }
});
