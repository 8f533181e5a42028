import { describe, expect, test } from '@jest/globals';
import { parseArtifact } from '../../../src/artifacts/files.js';
import { HjbLrError } from '../../../src/errors.js';
import { randomStream } from '../../../src/math/random.js';
import { solveHjb } from '../../../solvers/index.js';
import { compileProblem } from '../../../src/synthesis/problem-file/compile.js';
import { mutant } from './mutate.js';

/** Small problems that together use every field. */
const SEEDS: readonly object[] = [
  {
    kind: 'control_problem',
    schema_version: '1.0.0',
    name: 'one',
    objective: 'minimize',
    parameters: { a: 2, k: 0.15 },
    horizon: 3,
    discount: 0,
    states: [
      {
        name: 'x',
        domain: [0.1, 4],
        nodes: 5,
        spacing: 'log',
        coordinate: 'log',
        boundary: ['reflecting', 'reflecting'],
      },
    ],
    controls: [{ name: 'u', bounds: [0, '1 + t'] }],
    drift: ['-2*a*u*x + a*k*u^2/2'],
    covariance: [['0.1*u^2*x']],
    running_cost: 'u > 0.5 ? x : 0',
    terminal_cost: 'abs(x - 1)',
    time: { steps: 4 },
    query: [{ t: 0, x: 2 }],
    start: { x: 1 },
    uncertainty: { k: [0.1, 0.2] },
    keep: 'all',
  },
  {
    kind: 'control_problem',
    schema_version: '1.0.0',
    objective: 'maximize',
    horizon: 'infinite',
    discount: 0.5,
    states: [
      { name: 'x', nodes: [-1, 0, 2], boundary: ['periodic', 'periodic'] },
      {
        name: 'y',
        domain: [-1, 1],
        nodes: 4,
        spacing: 'sinh',
        center: 0,
        strength: 2,
        boundary: [{ dirichlet: 'x' }, { slope: 'x*y' }],
      },
    ],
    controls: [
      { name: 'u', values: [-1, 0, 1] },
      { name: 'v', bounds: [-1, 'x^2'] },
    ],
    drift: ['u', 'v - y'],
    covariance: [
      [1, '0.2*cos(x)'],
      ['0.2*cos(x)', 'exp(y)'],
    ],
    running_cost: '-x^2 - u^2',
    obstacle: 'sin(pi*x)',
    scheme: 'monotone',
    tolerance: 1e-8,
    wider_domain: true,
  },
  {
    kind: 'control_problem',
    schema_version: '1.0.0',
    horizon: 1,
    risk: 0.3,
    states: ['x', 'y', 'z'].map((name) => ({
      name,
      domain: [-1, 1],
      nodes: 3,
      boundary: ['linear', 'state_constraint'],
    })),
    controls: [],
    drift: ['-x', '-y', '-z - t'],
    covariance: [
      ['1 - x', 0, 0],
      [0, '1 - y', 0],
      [0, 0, '1 - z'],
    ],
    terminal_cost: 'x*y*z',
    time: { levels: [0, 0.5, 1] },
    keep: 2,
  },
];

/** So that no mutant is large. */
const LIMITS = { node_steps: 300, bytes: 1.6e8 };

/** Few, so that thousands of solves take seconds and some do not converge. */
const MOST_ITERATIONS = 2;

const MUTANTS = 1500;

/** What becomes of a mutant: the status of its solution, or the code of the error. */
async function outcomeOf(file: unknown): Promise<string> {
  try {
    const { problem, options } = await compileProblem(parseArtifact('control_problem', file, 'problem.json'));
    const { tolerance, scheme } = options;
    return solveHjb(problem, { tolerance, scheme, maximumPolicyIterations: MOST_ITERATIONS, keep: 'all' }).status;
  } catch (error) {
    if (error instanceof HjbLrError) return error.code;
    throw new Error(`uncaught ${String(error)} for ${JSON.stringify(file)}`, { cause: error });
  }
}

describe('a problem file with mistakes', () => {
  test('the seeds themselves are solved', async () => {
    for (const seed of SEEDS) expect(await outcomeOf(seed)).toMatch(/^(converged|max_iterations)$/);
  });

  test(`${MUTANTS} mutants: each is solved or is refused in our words, none hangs`, async () => {
    const random = randomStream(4, 'fuzz');
    const outcomes = new Map<string, number>();
    for (let i = 0; i < MUTANTS; i += 1) {
      const changed = mutant(SEEDS[i % SEEDS.length], random);
      const outcome = await outcomeOf({ ...(changed as object), limits: LIMITS });
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    // every way out is taken, so that the mutants are neither all refused at the door nor all harmless
    for (const outcome of ['converged', 'max_iterations', 'E_INVALID', 'E_EXPRESSION', 'E_KIND', 'E_LIMIT']) {
      expect([outcome, (outcomes.get(outcome) ?? 0) > 10]).toEqual([outcome, true]);
    }
  }, 120_000);
});
