import { describe, expect, test } from '@jest/globals';
import { solve } from '../../../solvers/index.js';
import type { StateFunction } from '../../../solvers/problem/control-problem.js';
import { parseArtifact } from '../../../src/artifacts/files.js';
import { DEFAULT_OPTIONS } from '../../../solvers/answer/options.js';
import { compileProblem, type CompiledProblem } from '../../../src/synthesis/problem-file/compile.js';
import { HjbLrError } from '../../../src/errors.js';
import { EXPECTED, problemFile } from '../../solvers/problems/expected.js';
import { within } from '../../helpers/within.js';

/** A one-state problem with other fields. */
function problem(fields: Record<string, unknown>): Record<string, unknown> {
  return {
    kind: 'control_problem',
    schema_version: '1.0.0',
    horizon: 1,
    states: [{ name: 'x', domain: [-1, 1], nodes: 5, boundary: ['reflecting', 'reflecting'] }],
    controls: [{ name: 'u', bounds: [0, 1] }],
    drift: ['-u*x'],
    covariance: [[0.5]],
    running_cost: 'x^2',
    time: { steps: 4 },
    ...fields,
  };
}

function compile(fields: Record<string, unknown>): Promise<CompiledProblem> {
  return compileProblem(parseArtifact('control_problem', problem(fields), 'problem.json'));
}

async function refusal(fields: Record<string, unknown>): Promise<HjbLrError> {
  const outcome: unknown = await Promise.resolve()
    .then(() => compile(fields))
    .catch((error: unknown) => error);
  if (outcome instanceof HjbLrError) return outcome;
  throw new Error(`not refused: ${JSON.stringify(outcome)}`);
}

const TWO_STATES = {
  states: [
    { name: 'x', domain: [-1, 1], nodes: 3 },
    { name: 'y', domain: [1, 2], nodes: 4, spacing: 'log', coordinate: 'log' },
  ],
  drift: ['y', 'u*x'],
};

describe('compileProblem', () => {
  test('functions of time, states, controls and scenario that write into what they are given', async () => {
    const { problem } = await compile({
      parameters: { a: 2, k: 1 },
      uncertainty: { a: [3, 5] },
      drift: ['a*x*u - k*t'],
      covariance: [['(1 + a)*x^2']],
      running_cost: 'a + u + t',
      terminal_cost: 'x^2',
    });
    const out = new Float64Array(1);
    problem.drift(2, [10], [7], out, 0);
    expect(out[0]).toBe(3 * 10 * 7 - 2);
    problem.drift(2, [10], [7], out, 1);
    expect(out[0]).toBe(5 * 10 * 7 - 2);
    problem.covariance(0, [2], [0], out, 1);
    expect(out[0]).toBe(6 * 4);
    expect(problem.runningCost(1, [0], [2], 0)).toBe(6);
    expect(problem.terminalCost([3])).toBe(9);
    expect(problem.scenarios).toBe(2);
  });

  test('scenarios are the vertices of the box: bit k chooses the end of the k-th parameter', async () => {
    const { problem } = await compile({
      parameters: { a: 0, b: 0 },
      uncertainty: { a: [1, 2], b: [10, 20] },
      running_cost: 'a*b + a',
    });
    expect([0, 1, 2, 3].map((scenario) => problem.runningCost(0, [0], [0], scenario))).toEqual([11, 22, 21, 42]);
  });

  test('grids by their spacing, ends exact; levels; options', async () => {
    const { problem, options } = await compile({
      states: [{ name: 'x', domain: [-1, 3], nodes: 5, spacing: 'sinh', center: 0 }],
      time: { levels: [0, 0.25, 1] },
      query: [{ x: 1 }, { t: 0.5, x: 2 }],
      keep: 2,
      limits: { node_steps: 1e6 },
    });
    const { grid } = problem.states[0];
    expect([grid[0], grid[4], grid.length]).toEqual([-1, 3, 5]);
    expect(grid[2] - grid[1]).toBeLessThan(grid[4] - grid[3]); // crowded around 0
    expect(problem.times).toEqual([0, 0.25, 1]);
    expect(options.query).toEqual([
      { t: 0, x: [1] },
      { t: 0.5, x: [2] },
    ]);
    expect([options.keep, options.limits]).toEqual([2, { nodeSteps: 1e6, bytes: 2e9 }]);
    expect((await compile({})).options.limits).toEqual(DEFAULT_OPTIONS.limits);
  });

  test('bounds, faces and the obstacle are functions of time and states', async () => {
    const { problem } = await compile({
      ...TWO_STATES,
      states: [{ ...TWO_STATES.states[0], boundary: [{ dirichlet: 't + y' }, { slope: 'x*y' }] }, TWO_STATES.states[1]],
      controls: [{ name: 'u', bounds: ['-y', 't'] }],
      covariance: [
        [0, 0],
        [0, 0],
      ],
      obstacle: 'x + 10',
    });
    const [control] = problem.controls;
    expect('lower' in control && [control.lower(2, [1, 3]), control.upper(2, [1, 3])]).toEqual([-3, 2]);
    const [lower, upper] = problem.states[0].boundary as unknown as [
      { dirichlet: StateFunction },
      { slope: StateFunction },
    ];
    expect([lower.dirichlet(2, [1, 3]), upper.slope(2, [4, 3])]).toEqual([5, 12]);
    expect(problem.obstacle!(0, [1, 2])).toBe(11);
    expect(problem.timeDependent).toBe(true);
  });

  test('time in a face or in the obstacle alone does not make the equation depend on it', async () => {
    const states = [{ name: 'x', domain: [-1, 1], nodes: 5, boundary: [{ dirichlet: 't' }, 'reflecting'] }];
    expect((await compile({ states, obstacle: 't' })).problem.timeDependent).toBe(false);
    expect((await compile({ states, running_cost: 't' })).problem.timeDependent).toBe(true);
  });

  test('an infinite horizon has no time', async () => {
    const { problem } = await compile({ horizon: 'infinite', discount: 0.1, time: undefined, query: [{ x: 0 }] });
    expect([problem.times, problem.timeDependent, problem.horizon]).toEqual([[], false, 'infinite']);
  });
});

describe('whether the minimiser has a closed form', () => {
  const matrix = (a: string, b: string, c: string): string[][] => [
    [a, b],
    [b, c],
  ];

  test.each([
    ['quadratic', {}, true],
    ['no control', { controls: [], drift: ['x'] }, true],
    ['two controls', { controls: [{ name: 'u', bounds: [0, 1] }, { name: 'v', bounds: [0, 1] }] }, false], // prettier-ignore
    ['an interval beside a finite set', { controls: [{ name: 'u', bounds: [0, 1] }, { name: 'w', values: [0, 1] }], running_cost: 'u^2 + w^3' }, true], // prettier-ignore
    ['a finite set beside an interval of a cubic', { controls: [{ name: 'w', values: [0, 1] }, { name: 'u', bounds: [0, 1] }], running_cost: 'w*u^3' }, false], // prettier-ignore
    [
      'two finite sets',
      {
        controls: [
          { name: 'u', values: [0, 1] },
          { name: 'w', values: [0, 1] },
        ],
      },
      false,
    ],
    ['cubic drift', { drift: ['u^3*x'] }, false],
    ['absolute cost', { running_cost: 'abs(u)' }, false],
    ['quartic variance', { covariance: [['u^4']] }, false],
    ['diagonal, each its own polynomial', { ...TWO_STATES, covariance: matrix('u^2', '0', '1 + u') }, true],
    ['one square times a matrix', { ...TWO_STATES, covariance: matrix('4*u^2*x', 'u*u*2', 'u^2/y') }, true],
    ['free of the control', { ...TWO_STATES, covariance: matrix('2', '0.1*x', '3') }, true],
    ['two polynomials', { ...TWO_STATES, covariance: matrix('4 + u^2', '0.1', '4') }, false],
    ['off-diagonal zero through a parameter', { ...TWO_STATES, parameters: { rho: 0 }, covariance: matrix('1 + u', 'rho*u', '1') }, true], // prettier-ignore
  ])('%s: %p', async (_, fields, closed) => {
    expect((await compile(fields)).problem.polynomial).toBe(closed);
  });
});

describe('refusals', () => {
  const issue = ({ issues }: HjbLrError): [string, string] => [issues[0].path, issues[0].message];

  test('bad syntax with its position, unknown names: all of them, by path', async () => {
    const error = await refusal({ drift: ['x + * 2'], running_cost: 'z*x', obstacle: 'u' });
    expect([error.code, error.exitCode]).toEqual(['E_EXPRESSION', 3]);
    expect(error.issues).toEqual([
      { path: 'drift.0', message: 'The expression "x + * 2" is not legal: Value expected (char 5).' },
      { path: 'running_cost', message: expect.stringContaining('unknown name "z"; declared: t, x, u, pi, e') },
      { path: 'obstacle', message: expect.stringContaining('unknown name "u"') },
    ]);
  });

  test('time over an infinite horizon; time in the terminal cost', async () => {
    const endless = await refusal({ horizon: 'infinite', discount: 1, time: undefined, drift: ['t'] });
    expect(issue(endless)).toEqual(['drift.0', expect.stringContaining('unknown name "t"')]);
    expect(issue(await refusal({ terminal_cost: 't' }))[0]).toBe('terminal_cost');
  });

  test('an uncertain parameter that is not affine, or outside the Hamiltonian', async () => {
    const uncertain = { parameters: { a: 1, b: 1 }, uncertainty: { a: [0, 1], b: [0, 1] } };
    expect(issue(await refusal({ ...uncertain, drift: ['a^2*x'] }))).toEqual([
      'drift.0',
      'is not affine in the uncertain parameter "a"',
    ]);
    expect(issue(await refusal({ ...uncertain, terminal_cost: 'b*x' }))).toEqual([
      'terminal_cost',
      expect.stringContaining('depends on the uncertain parameter "b"'),
    ]);
    expect((await compile({ ...uncertain, drift: ['a*b*x'] })).problem.scenarios).toBe(4);
  });

  test.each([
    ['log(x)', 'running_cost is NaN at x = -1'],
    ['1/x', 'running_cost is Infinity at x = 0'],
    ['1/(u - 0.5)', 'running_cost is Infinity at x = -1, u = 0.5'],
    ['1/(t - 0.5)', 'running_cost is Infinity at x = -1, t = 0.5'],
  ])('an input that is not finite at a node, named: %s', async (text, message) => {
    const error = await refusal({ running_cost: text });
    expect([error.code, error.exitCode, error.message]).toEqual(['E_INVALID', 3, `${message}.`]);
  });

  test('a face that is not finite is looked for on that face alone', async () => {
    const states = (dirichlet: string) => ({
      states: [{ name: 'x', domain: [0, 1], nodes: 5, boundary: ['reflecting', { dirichlet }] }],
    });
    expect((await refusal(states('1/(t - 1)'))).message).toBe(
      'states.0.boundary.1.dirichlet is Infinity at x = 1, t = 1.',
    );
    expect((await compile(states('1/x'))).problem.timeDependent).toBe(false); // infinite at 0, which is the other face
  });

  test('a fault off the lines of the sample is met by the solve; then every one is named', async () => {
    const hidden = '1/((x + 0.5)^2 + (y - 0.25)^2)'; // no line through ends and middles meets that node
    const { problem, options, requireInputs } = await compile({
      states: ['x', 'y'].map((name) => ({ name, domain: [-1, 1], nodes: 9, boundary: ['reflecting', 'reflecting'] })),
      drift: ['u', hidden],
      covariance: [
        [1, 0],
        [0, 1],
      ],
      running_cost: hidden,
    });
    const [first, all] = [() => solve(problem, options), requireInputs].map((run): HjbLrError => {
      try {
        run();
      } catch (error) {
        return error as HjbLrError;
      }
      throw new Error('not refused');
    });
    expect([first.code, all.code]).toEqual(['E_INVALID', 'E_INVALID']);
    expect(first.issues.map(({ path }) => path)).toEqual(['drift']);
    expect(all.issues).toEqual([
      { path: 'drift.1', message: 'is Infinity at x = -0.5, y = 0.25' },
      { path: 'running_cost', message: 'is Infinity at x = -0.5, y = 0.25' },
    ]);
  });

  test('bounds that cross at a node; equal bounds are allowed', async () => {
    const error = await refusal({ controls: [{ name: 'u', bounds: [0, 'x'] }] });
    expect(error.message).toBe('controls.0.bounds are the wrong way round by 1 at x = -1.');
    expect((await compile({ controls: [{ name: 'u', bounds: ['x', 'x'] }] })).problem.controls).toHaveLength(1);
  });

  test('a covariance that is not symmetric', async () => {
    const error = await refusal({
      ...TWO_STATES,
      covariance: [
        [1, '0.1*x'],
        ['0.2*x', 1],
      ],
    });
    expect(error.message).toBe(
      'covariance.1.0 is not covariance.0.1, its mirror, but differs by -0.1 at x = -1, y = 1.',
    );
  });

  test('memory and work, estimated before anything is allocated', async () => {
    // A terabyte at each of 1e9 levels.
    const huge = { states: [{ name: 'x', domain: [0, 1], nodes: 1e12 }], time: { steps: 1e9 }, keep: 'all' };
    const error = await refusal(huge);
    expect([error.code, error.exitCode]).toEqual(['E_LIMIT', 3]);
    expect(error.issues.map(({ path }) => path)).toEqual(['limits.node_steps', 'limits.bytes']);
    expect((await refusal({ limits: { node_steps: 19 } })).issues).toEqual([
      {
        path: 'limits.node_steps',
        // 5 nodes, 4 steps
        message:
          'work in nodes times time steps times scenarios (times values of controls / 16, times 8 or 25 where one or two are searched): about 20, the limit is 19',
      },
    ]);
    expect((await compile({ limits: { node_steps: 20 } })).problem.times).toHaveLength(5);
    const uncertain = {
      parameters: { a: 1 },
      uncertainty: { a: [0, 1] },
      running_cost: 'a*x',
      limits: { node_steps: 39 },
    };
    expect((await refusal(uncertain)).issues[0].message).toMatch(/about 40, the limit is 39$/);
  });
});

describe('the problem files of test/solvers/problems', () => {
  test.each(EXPECTED.map(({ file }) => file))('%s compiles; its faces agree with its terminal cost', async (file) => {
    const { problem } = await compileProblem(await problemFile(file));
    const horizon = problem.horizon as number;
    problem.states.forEach(({ boundary, grid }, axis) =>
      boundary.forEach((face, side) => {
        // the far face of the stopping problem holds the value of an infinite horizon
        if (typeof face === 'string' || !('dirichlet' in face) || (file === 'optimal-stopping' && side === 1)) return;
        const x = problem.states.map((state) => state.grid[2]);
        x[axis] = grid[side === 0 ? 0 : grid.length - 1];
        within(face.dirichlet(horizon, x), problem.terminalCost(x), {
          abs: 1e-9,
          because: 'fits of Riccati solutions',
        });
      }),
    );
  });

  test.each(['lqr', 'lq-control-in-noise', 'lq-free-control-in-noise', 'lqr-two-states', 'merton', 'rank-one', 'leqg'])(
    '%s: the formula at its faces gives the expected value inside',
    async (file) => {
      const spec = await problemFile(file);
      const { problem, options } = await compileProblem(spec);
      const { dirichlet } = problem.states[0].boundary[0] as { dirichlet: (t: number, x: readonly number[]) => number };
      const { values } = EXPECTED.find((expected) => expected.file === file)!;
      within(dirichlet(0, options.query[0].x), values[0], { rel: 1e-8, because: 'ten digits of the reference' });
    },
  );
});
