import { describe, expect, test } from '@jest/globals';
import { buildLattice } from '../../solvers/grid/lattice.js';
import { FORM_SIZE } from '../../solvers/discretization/monotone-scheme.js';
import { stepBack } from '../../solvers/march/march.js';
import type { KernelChoice } from '../../solvers/march/kernel-choice.js';
import { endMarch, startMarch, type March } from '../../solvers/march/march-state.js';
import { discretize } from '../../solvers/discretization/node-model.js';
import { resolveOptions } from '../../solvers/march/options.js';
import { batchKernel, LANES } from '../../solvers/kernels/wasm/batch.js';
import { PLACES } from '../../solvers/kernels/row-pieces.js';
import { logGrid, uniformGrid, type Boundary, type ControlProblem, type Scheme } from '../../solvers/index.js';
import { linearQuadratic, linearQuadraticWithNoise, liTaiE } from '../helpers/problems.js';
import { within } from '../helpers/within.js';
import { controlInDiffusion, multiplicativeNoise, regulatorWithCrossDiffusion } from './problems.js';

const SLOPE_AND_VALUE = [
  { slope: (t: number) => -7 * (1 - t) },
  { dirichlet: (t: number) => 60 * (1 - t / 2) },
] as const;

const LINE = linearQuadratic({ nodes: 101, steps: 60 });

const LINES: readonly (readonly [string, ControlProblem])[] = [
  ['Li, Tai & E', liTaiE({ nodes: 101, steps: 60 })],
  ['linear-quadratic', LINE],
  ['a slope and a value given', { ...LINE, states: [{ ...LINE.states[0], boundary: SLOPE_AND_VALUE }] }],
  [
    'drift out of linear faces',
    {
      ...LINE,
      states: [{ ...LINE.states[0], boundary: ['linear', 'linear'] }],
      drift: (_t, [x], [u], out) => (out[0] = 2 * x + 0.1 * u),
    },
  ],
  ['control in the diffusion', controlInDiffusion({ nodes: 101, steps: 60 })],
  [
    'maximized',
    { ...LINE, objective: 'maximize', runningCost: (_t, [x], [u]) => -x * x - u * u, terminalCost: () => 0 },
  ],
  ['multiplicative noise', multiplicativeNoise({ nodes: 101, steps: 60, cap: 0.8 })],
];

/** Drift and diffusion that depend on t and the states, a control in both, and faces of every kind. */
function mixed(faces: readonly (readonly [Boundary, Boundary])[], side: number, rho: number): ControlProblem {
  const n = faces.length;
  const isLog = (d: number): boolean => d === 1 && faces[d][0] !== 'periodic';
  return {
    name: 'mixed',
    objective: 'maximize',
    horizon: 0.4,
    discount: 0.1,
    states: faces.map((boundary, d) => ({
      name: `x${d}`,
      grid: isLog(d) ? logGrid(0.5, 2, side + d) : uniformGrid(0, 1, side + d),
      coordinate: isLog(d) ? 'log' : 'identity',
      boundary,
    })),
    controls: [{ name: 'u', lower: (t) => -0.5 - t, upper: (_t, [x]) => 1 + x }],
    drift: (t, x, [u], out) => {
      for (let d = 0; d < n; d += 1)
        out[d] = (u - 0.3 * d) * (1 + t) * Math.sin(Math.PI * x[d]) * (isLog(d) ? x[d] : 1);
    },
    covariance: (_t, x, [u], out) => {
      const scale = (0.2 + 0.1 * u * u) * 0.1;
      const size = (d: number): number => (isLog(d) ? x[d] : 1);
      for (let i = 0; i < n; i += 1) {
        for (let j = 0; j < n; j += 1) out[i * n + j] = scale * (i === j ? 1 : rho) * size(i) * size(j);
      }
    },
    runningCost: (t, x, [u]) => Math.cos(2 * Math.PI * x[0]) + t * x[n - 1] - u * u,
    terminalCost: (x) => x.reduce((sum, value) => sum + Math.sin(value), 0),
    times: uniformGrid(0, 0.4, 9),
  };
}

const REFLECTING = ['reflecting', 'reflecting'] as const;
const PERIODIC = ['periodic', 'periodic'] as const;
const GIVEN = [{ dirichlet: (t: number) => 1 + t }, { slope: (t: number) => t - 0.2 }] as const;

const GRIDS: readonly (readonly [string, ControlProblem])[] = [
  ['linear-quadratic and a free state', linearQuadraticWithNoise({ nodes: 21, steps: 12 })],
  ['regulator with cross diffusion', regulatorWithCrossDiffusion({ nodes: 21, steps: 12 })],
  ['two states, given values and slopes', mixed([GIVEN, REFLECTING], 14, 0)],
  ['two states, periodic and log, correlated', mixed([PERIODIC, REFLECTING], 13, 0.4)],
  ['two states, the last periodic', mixed([REFLECTING, PERIODIC], 12, 0)],
  ['three states', mixed([REFLECTING, REFLECTING, GIVEN], 8, 0)],
  ['three states, periodic, correlated', mixed([PERIODIC, REFLECTING, PERIODIC], 7, 0.3)],
];

const SCHEMES = ['monotone', 'accurate'] as const;

function started(problem: ControlProblem, scheme: Scheme, kernel: KernelChoice['kernel'], threads = 1): March {
  const d = discretize(problem, buildLattice(problem.states), scheme);
  const options = { tolerance: 1e-13, maximumPolicyIterations: 60, keep: [0], scheme };
  return startMarch(d, resolveOptions(options, problem.times), { kernel, threads });
}

function marched(problem: ControlProblem, scheme: Scheme, kernel: KernelChoice['kernel'], threads = 1): March {
  const march = started(problem, scheme, kernel, threads);
  expect(march.kernel === null).toBe(kernel === 'steps');
  for (let level = problem.times.length - 2; level >= 0; level -= 1) stepBack(march, level);
  endMarch(march);
  return march;
}

function expectSameValues(a: March, b: March, rel: number, because: string): void {
  const size = Math.max(...b.V.map(Math.abs));
  a.V.forEach((value, i) => within(value, b.V[i], { abs: rel * size, because }));
  expect([a.converged, a.offender]).toEqual([b.converged, b.offender]);
}

describe.each(SCHEMES)('the %s scheme', (scheme) => {
  test.each(LINES)(
    '%s: the fused kernel comes to what improvement, assembly and elimination do in turn',
    (_, problem) => {
      const [fused, steps] = [marched(problem, scheme, 'typescript'), marched(problem, scheme, 'steps')];
      const rel = scheme === 'accurate' ? 1e-9 : 1e-11;
      expectSameValues(fused, steps, rel, 'both end at 1e-13 of each of 60 steps, and limiters may switch at that');
    },
  );

  test.each(GRIDS)('%s: the kernel of two and three states comes to what the steps do in turn', (_, problem) => {
    const [fused, steps] = [marched(problem, scheme, 'typescript'), marched(problem, scheme, 'steps')];
    expectSameValues(fused, steps, 1e-11, 'both end at 1e-13 of each of up to 12 steps, by iterations');
  });

  test.each([...LINES, ...GRIDS])('%s: WebAssembly is the reference', (_, problem) => {
    const [wasm, reference] = [marched(problem, scheme, 'wasm'), marched(problem, scheme, 'typescript')];
    expectSameValues(wasm, reference, 1e-12, 'the same operations in the same order');
    wasm.policy.control.forEach((u, i) => within(u, reference.policy.control[i], { abs: 1e-9, because: 'likewise' }));
  });
});

describe('large steps', () => {
  // Of both runs the noise is the same along each axis: 1 in 61 nodes of [-4, 4], steps of 5, so dt variance / h^2 = 280.
  test.each(['typescript', 'wasm'] as const)('correlated noise takes %s hardly more iterations', (kernel) => {
    const [independent, correlated] = [0, 0.5].map((rho) => {
      const axis = { grid: uniformGrid(-4, 4, 61), coordinate: 'identity', boundary: REFLECTING } as const;
      const problem: ControlProblem = {
        ...{ name: 'large steps', objective: 'minimize', horizon: 10, times: [0, 5, 10] },
        states: [
          { name: 'x', ...axis },
          { name: 'y', ...axis },
        ],
        controls: [{ name: 'u', lower: () => -1, upper: () => 1 }],
        drift: (_t, [, y], [u], out) => out.set([u, -y]),
        covariance: (_t, _x, _u, out) => out.set([1, rho, rho, 1]),
        runningCost: (_t, [x], [u]) => x * x + u * u,
        terminalCost: ([, y]) => y * y,
      };
      return marched(problem, 'monotone', kernel).mostIterations;
    });
    // 6 and 6; 14 where the legs of the correlation stood in the diagonal of the split matrix
    expect(correlated).toBeLessThanOrEqual(independent + 2);
  });
});

describe('threads', () => {
  test.each([2, 3])('%d of them come to the very numbers of one', (threads) => {
    for (const [, whole] of GRIDS) {
      // A few steps: threads that wait for each other take long where other tests are at work.
      const times = whole.times.slice(0, 5);
      const problem = { ...whole, times, horizon: times[4] };
      const [several, one] = [marched(problem, 'accurate', 'wasm', threads), marched(problem, 'accurate', 'wasm')];
      expect(several.V).toEqual(one.V);
      expect(several.kernel?.kernel.name).toBe(`wasm, ${threads} threads`);
    }
  });
});

describe('a row that is none of an M-matrix', () => {
  test.each(['typescript', 'wasm'] as const)('is found and located by %s', (kernel) => {
    const d = discretize(LINE, buildLattice(LINE.states), 'monotone');
    // Downwinded on purpose: at node 90, x = 4.8, the one-sided differences of both directions change places.
    const { entries } = d.table;
    const [up, down] = [1, 2].map((form) => d.entryAt[90] + form * FORM_SIZE);
    const forwards = entries.slice(up, up + FORM_SIZE);
    entries.copyWithin(up, down, down + FORM_SIZE);
    entries.set(forwards, down);
    const options = resolveOptions({ tolerance: 1e-9, maximumPolicyIterations: 20, keep: [0] }, LINE.times);
    const march = startMarch(d, options, { kernel, threads: 1 });
    for (const level of [59, 58, 57]) stepBack(march, level);
    expect(march.offender).toMatch(/negative weight at x = 4\.800/);
  });

  /** After a step, with a negative weight below at one node, whatever piece it takes. */
  function spoiled(
    problem: ControlProblem,
    kernel: 'typescript' | 'wasm',
    threads = 1,
  ): { march: March; node: number } {
    const march = started(problem, 'monotone', kernel, threads);
    stepBack(march, problem.times.length - 2);
    const { start, data, stride } = march.rows!;
    const node = Math.floor((start.length - 1) / 2);
    for (let p = start[node]; p < start[node + 1]; p += 1) data[p * stride + PLACES.LOW_0] = -1e4;
    return { march, node };
  }

  test.each([
    ['typescript', 1],
    ['wasm', 1],
    ['wasm', 2],
  ] as const)('is found on every grid by %s with %d threads', (kernel, threads) => {
    for (const [, problem] of GRIDS) {
      const { march, node } = spoiled(problem, kernel, threads);
      const used = march.kernel!.kernel;
      used.forward(1e3);
      const found = used.state.offender;
      endMarch(march);
      expect(found).toBe(node);
    }
  });

  test('is found in its lane among eight problems', () => {
    const { march, node } = spoiled(LINE, 'typescript');
    const sound = marched(LINE, 'monotone', 'typescript').rows!;
    const batch = batchKernel(march.V.length);
    batch.load(Array.from({ length: LANES }, (_, lane) => (lane === 5 ? march.rows! : sound)));
    batch.forward(1e3);
    expect(batch.findings.map(({ offender }) => offender)).toEqual([-1, -1, -1, -1, -1, node, -1, -1]);
  });
});
