import { describe, expect, test } from '@jest/globals';
import { solve, solveHjb, uniformGrid, type ControlProblem } from '../../solvers/index.js';
import { parseArtifact } from '../../src/artifacts/files.js';
import { compileProblem } from '../../src/synthesis/problem-file/compile.js';

async function problemOf(fields: object): Promise<ControlProblem> {
  const file = {
    ...{ kind: 'control_problem', schema_version: '1.0.0', horizon: 1, time: { steps: 4 }, query: [{ t: 0, x: 0 }] },
    states: [{ name: 'x', domain: [-1, 1], nodes: 9, boundary: ['reflecting', 'reflecting'] }],
    ...{ covariance: [[0.1]], terminal_cost: 'x^2', ...fields },
  };
  return (await compileProblem(parseArtifact('control_problem', file, 'problem.json'))).problem;
}

const QUERY = { query: [{ t: 0, x: [0.3] }] };
const PAIR = ['u', 'w'].map((name) => ({ name, bounds: [-1, 1] }));

describe('whether a searched control is certified', () => {
  test('one control of a problem whose coefficients are enclosed is, and no warning says otherwise', async () => {
    const problem = await problemOf({ controls: [PAIR[0]], drift: ['u'], running_cost: 'cosh(u)' });
    const answer = solve(problem, QUERY);
    expect(answer.solution.search).toEqual({ certified: true, doubt: null });
    expect(answer.warnings.join()).not.toContain('certified');
  });

  test('without enclosures it is not, and the answer says so', async () => {
    const { enclosures: _, ...problem } = await problemOf({
      controls: [PAIR[0]],
      drift: ['u'],
      running_cost: 'cosh(u)',
    });
    const answer = solve(problem, QUERY);
    expect(answer.solution.search?.certified).toBe(false);
    expect(answer.warnings).toContainEqual(expect.stringContaining('not certified to be optimal'));
  });

  test('two controls are, by branch and bound at nodes of the first level', async () => {
    const fields = { controls: PAIR, drift: ['u + w'], running_cost: 'cosh(u) + w^2 - u*w/3' };
    expect(solve(await problemOf(fields), QUERY).solution.search).toEqual({ certified: true, doubt: null });
  });

  test('a better pair of controls than the one in force is found', async () => {
    // In a step from controls that are kept, a well around (.8, .8) of width .01 is in no sweep and no corner.
    const well = '1 - exp(-((u - 0.83)^2 + (w - 0.81)^2)/1e-4)';
    const problem = await problemOf({ controls: PAIR, drift: ['0'], terminal_cost: '0', running_cost: well });
    const { search } = solveHjb(problem, { tolerance: 1e-9, maximumPolicyIterations: 20, keep: [0], certify: [[0]] });
    expect(search?.certified).toBe(false);
    expect(search?.doubt).toMatch(/better ones were found at 9/);
  });

  test('the closed form has nothing to certify', async () => {
    const problem = await problemOf({ controls: [PAIR[0]], drift: ['u'], running_cost: 'u^2' });
    expect(solve(problem, QUERY).solution.search).toBeNull();
  });
});

test('progress rises to 1 with the steps that are done, and a search counts in the limit', async () => {
  const problem = await problemOf({ controls: [PAIR[0]], drift: ['u'], running_cost: 'cosh(u)' });
  const fine = { ...problem, times: uniformGrid(0, 1, 41) };
  const shares: number[] = [];
  solve(fine, { ...QUERY, onProgress: (share) => shares.push(share) });
  expect(shares.length).toBeGreaterThan(50);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  // 9 x 40, 5 x 20 and 3 x 10 node steps by both schemes, and three wider domains of 5 x 20: the first step is 9 of 1280.
  expect(shares[0]).toBeCloseTo(9 / 1280, 10);
  expect(shares.at(-1)).toBe(1);
  // 9 nodes, 40 steps, times 8.
  const limits = { nodeSteps: 2879, bytes: 2e9 };
  expect(() => solve(fine, { ...QUERY, limits })).toThrow(expect.objectContaining({ code: 'E_LIMIT' }));
  expect(solve(fine, { ...QUERY, limits: { ...limits, nodeSteps: 2880 } }).status).toBe('converged');
});
