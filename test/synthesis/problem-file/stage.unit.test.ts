import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readArtifact } from '../../../src/artifacts/files.js';
import type { ArrayFile, ProblemSolution } from '../../../src/artifacts/solution/problem-solution.js';
import { problemStage } from '../../../src/synthesis/problem-file/stage.js';
import { validateFile } from '../../../src/artifacts/validate.js';
import { releasedSolvers, type ProblemSolvers } from '../../../src/synthesis/problem-file/solvers.js';
import { parseNpy } from '../../../src/formats/npy.js';
import { MADE_UP_SOLVERS, madeUpAnswer } from '../../helpers/answers.js';
import { temporaryFolder } from '../../helpers/temporary-folder.js';
import { within } from '../../helpers/within.js';

const PROBLEM = {
  kind: 'control_problem',
  schema_version: '1.0.0',
  name: 'a <problem>',
  horizon: 2,
  states: [{ name: 'x', domain: [0, 1], nodes: 5, boundary: ['reflecting', 'reflecting'] }],
  controls: [{ name: 'u', bounds: [0, 1] }],
  drift: ['-u*x'],
  covariance: [[0.1]],
  terminal_cost: 'x',
  time: { steps: 4 },
  query: [
    { x: 0.5, t: 0 },
    { t: 1, x: 7 },
  ],
  start: { x: 0.5 },
};

const WIDE = [{ name: 'x', domain: [-8, 8], nodes: 33, boundary: ['linear', 'linear'] }];

const FLAGS = { draw: false };

async function solved(
  fields: object = {},
  flags: Partial<Parameters<typeof problemStage>[0]> = {},
  solvers: ProblemSolvers = MADE_UP_SOLVERS,
) {
  const folder = await temporaryFolder();
  const problemPath = path.join(folder, 'problem.json');
  await writeFile(problemPath, JSON.stringify({ ...PROBLEM, ...fields }));
  const out = path.join(folder, 'out');
  const done = await problemStage({ ...FLAGS, problemPath, ...flags, ...('out' in flags ? { out } : {}) }, solvers);
  return { ...done, out };
}

/** Reads back the solution of a problem. */
async function written(out: string): Promise<ProblemSolution> {
  return (await readArtifact('solution', path.join(out, 'solution.json'))) as ProblemSolution;
}

describe('what a program gets', () => {
  test('the fields of the result, in the order of the queries; outside the grid: null', async () => {
    const { result, exitCode, artifacts } = await solved();
    expect(result).toEqual({
      fallback: null,
      status: 'converged',
      remedy: '',
      values: [1.23456789012, null],
      controls: [{ u: 0.5 }, null],
      inside: [true, false],
      error_estimates: { values: [0.00123, null], controls: [{ u: 0.01 }, null] },
      observed_order: 1.987,
      monotone: { space: true, time: false, first_offender: null },
      monotone_values: [1.25, null],
      truncation: null,
      warnings: [],
      policy_iterations: { mean: 2.125, max: 5 },
      residual: 1.5e-12,
      kernel: 'typescript',
      seconds: 0.25,
    });
    expect([exitCode, artifacts]).toEqual([0, []]);
  });

  test('a warning where a box leaves out the value of its parameter', async () => {
    const [parameters, drift] = [{ a: 2, b: 1 }, ['-a*b*u*x']];
    const { result } = await solved({ parameters, drift, uncertainty: { a: [3, 4], b: [1, 2] } });
    expect(result.warnings).toEqual(['parameters.a is 2, outside its box [3, 4]: the box alone counts']);
  });

  test('not converged: exit code 4, all written, null for what is not finite', async () => {
    const solve: ProblemSolvers['solve'] = (problem, options) => {
      const answer = madeUpAnswer(problem, options);
      const value = answer.solution.value.map((level) => level.map((v, i) => (i === 1 ? NaN : v)));
      const solution = { ...answer.solution, status: 'non_finite' as const, value };
      return {
        ...answer,
        status: 'non_finite',
        remedy: 'Take smaller steps.',
        values: [NaN, null],
        residual: Infinity,
        solution,
      };
    };
    const { result, exitCode, out, summary } = await solved({}, { out: '' }, { ...MADE_UP_SOLVERS, solve });
    expect([exitCode, result.values, result.residual]).toEqual([4, [null, null], null]);
    expect((await written(out)).value).toEqual([[0, null, 2, 3, 4]]);
    expect(summary).toContain('status: non_finite; Take smaller steps.');
  });
});

describe('what people read', () => {
  test('a table and the same facts in words', async () => {
    const { summary } = await solved();
    // the spaces and lines of the table are cli-table3's
    const [table, ...sentences] = summary;
    const cells = table.split('\n').map((line) => line.split('│').map((cell) => cell.trim()).filter((cell) => cell !== '')); // prettier-ignore
    expect(cells.filter((row) => row.length > 1)).toEqual([
      ['query', 'value', '± error', 'u', '± error', 'monotone value', 'inside'],
      ['t = 0, x = 0.5', '1.23456789', '0.0012', '0.5', '0.01', '1.25', 'yes'],
      ['t = 1, x = 7', '–', '–', '–', '–', '–', 'no'],
    ]);
    expect(sentences).toEqual([
      'status: converged',
      'observed order: 1.99',
      'monotone in space, not in time',
      'policy iterations in a step: 2.13 on average, at most 5; residual 1.5e-12',
      'kernel: typescript, 0.250 s',
    ]);
  });

  test('warnings, truncation, the first offender, an order that is not known', async () => {
    const solve: ProblemSolvers['solve'] = (problem, options) => ({
      ...madeUpAnswer(problem, options),
      observedOrder: null,
      monotone: { space: false, time: false, firstOffender: 't = 0, x = 0.5' },
      truncation: [0.001, null],
      warnings: ['Both schemes differ.'],
    });
    const { summary } = await solved({}, {}, { ...MADE_UP_SOLVERS, solve });
    expect(summary.slice(2)).toEqual([
      'observed order: cannot be told',
      'monotone neither in space nor in time; first at t = 0, x = 0.5',
      expect.stringMatching(/^policy iterations/),
      expect.stringMatching(/^kernel/),
      'on wider domains the values change by 0.001, –',
      'warning: Both schemes differ.',
    ]);
  });

  test('thousands of queries: the first thousand in the table, all in the result', async () => {
    const query = Array.from({ length: 1500 }, (_, i) => ({ t: 0.5, x: i / 5000 }));
    const { summary, result } = await solved({ query, states: WIDE }, {}, releasedSolvers);
    expect(result.values.every((value) => value !== null)).toBe(true);
    expect(summary[0]).toContain('x = 0.1998 ');
    expect(summary[0]).not.toContain('x = 0.2 ');
    expect(summary[1]).toBe('and 500 more queries: --json or --out gives all of them');
  });

  test('a file that asks nothing', async () => {
    const { summary } = await solved({ query: [] });
    expect(summary[0]).toBe('The file asks for no query: --out writes value and policy on the grid.');
  });
});

describe('solution.json', () => {
  test('the complete problem, axes, kept levels, value and control; a valid file', async () => {
    const { out, artifacts } = await solved({ keep: 2 }, { out: '' });
    expect(artifacts).toEqual([path.join(out, 'solution.json')]);
    const solution = await written(out);
    expect(solution).toMatchObject({
      problem: { ...PROBLEM, discount: 0, keep: 2, scheme: 'accurate' },
      axes: [{ name: 'x', grid: [0, 0.25, 0.5, 0.75, 1], coordinate: 'identity' }],
      controls: ['u'],
      times: [0, 1, 2],
      value: [
        [0, 1, 2, 3, 4],
        [1, 2, 3, 4, 5],
        [2, 3, 4, 5, 6],
      ],
    });
    expect((solution.control as number[][])[0]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
    expect((await validateFile(path.join(out, 'solution.json'))).summary).toBe('solution "a <problem>", schema 1.0.0');
  });

  test('more than 100,000 numbers: NPY files beside it, with shape and hash', async () => {
    const states = [{ ...PROBLEM.states[0], nodes: 33_334 }];
    const { out, artifacts } = await solved({ states, keep: 2 }, { out: '' }); // 3 levels of 33,334
    expect((await readdir(out)).sort()).toEqual(['control.npy', 'solution.json', 'value.npy']);
    expect(artifacts.map((file) => path.basename(file))).toEqual(['solution.json', 'value.npy', 'control.npy']);
    const { value, control } = (await written(out)) as ProblemSolution & { value: ArrayFile; control: ArrayFile };
    expect([value.shape, control.shape, value.dtype, value.order]).toEqual([[3, 33_334], [3, 33_334, 1], '<f8', 'C']);
    const bytes = await readFile(path.join(out, value.file));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(value.sha256);
    const { values, shape } = parseNpy(new Uint8Array(bytes), value.file);
    expect([shape, values.length, values[33_334 + 7]]).toEqual([[3, 33_334], 100_002, 8]); // node 7, level 1
  });
});

describe('the closed loop', () => {
  test('density and simulation from the start: printed, in the result, the density on the grid in the file', async () => {
    const { summary, result, out } = await solved({}, { out: '', density: true, simulate: 100, seed: 3 });
    expect(result.density).toEqual({
      status: 'converged',
      time: 2,
      mass: 0.75,
      absorbed: 0.25,
      mean: { x: 0.5 },
      standard_deviation: { x: 0.5 },
      error_estimates: { mass: 0.01, absorbed: 0.01, mean: { x: 0.01 }, standard_deviation: { x: 0.01 } },
    });
    // (5 - 2) / 0.1
    expect(result.simulation).toMatchObject({
      paths: 100,
      seed: 3,
      cost: 5,
      standard_error: 0.1,
      value: 2,
      deviation: 30,
      step_bias: 0.25,
      warnings: [],
    });
    expect(summary).toEqual(
      expect.arrayContaining([
        'density at t = 2: x has mean 0.5 (error about 0.01) and standard deviation 0.5 (error about 0.01); ' +
          'mass 0.75 (error about 0.01), absorbed 0.25 (error about 0.01)',
        '100 paths, seed 3: cost 5 ± 0.1, 30 standard errors from the value 2; steps twice as long change it by 0.25',
      ]),
    );
    const { density, problem, times } = await written(out);
    expect([density!.times, problem.keep, (times as number[]).length]).toEqual([[0, 0.5, 1, 1.5, 2], 'all', 5]);
  });

  test('a density that is none: exit code 4, its status, and what to do', async () => {
    const closed = {
      states: [{ ...WIDE[0], boundary: ['reflecting', 'reflecting'] }],
      horizon: 1e12,
      start: { x: 1 },
      terminal_cost: 0,
    };
    const { exitCode, result, summary } = await solved(
      { ...closed, controls: [], drift: ['-x'] },
      { density: true },
      releasedSolvers,
    );
    expect([result.status, result.density!.status, exitCode]).toEqual(['converged', 'mass_lost', 4]);
    const warning = /^density: mass_lost; Take more time steps/;
    expect(result.warnings.filter((text) => warning.test(text))).toHaveLength(1);
    expect(summary.join('\n')).toContain('warning: density: mass_lost; Take more time steps');
  });

  test('more paths than the limits allow are refused before anything is solved', async () => {
    // 1e9 paths of 4 steps, 64 bytes each.
    await expect(solved({}, { simulate: 1e9 })).rejects.toMatchObject({
      code: 'E_LIMIT',
      issues: [
        { path: 'limits.node_steps', message: 'steps of all paths: 4000000000, the limit is 1000000000' },
        { path: 'limits.bytes', message: 'memory of all paths in bytes: about 64000000000, the limit is 2000000000' },
      ],
    });
    const limits = { node_steps: 400, bytes: 1e9 };
    await expect(solved({ limits, states: [{ ...WIDE[0], nodes: 3 }] }, { simulate: 101 })).rejects.toThrow(
      '101 paths',
    );
    const { result } = await solved({ limits, states: [{ ...WIDE[0], nodes: 3 }] }, { simulate: 100 });
    expect(result.simulation!.paths).toBe(100);
  });

  test('where nothing is random the cost stands beside the value, without a number of standard errors', async () => {
    // dx = -x dt from .5 over T = 1.
    const still = { ...WIDE[0], domain: [-1, 1], nodes: 21 };
    const fields = { states: [still], controls: [], drift: ['-x'], covariance: [[0]], running_cost: 0.1, horizon: 1 };
    const { summary, result } = await solved(fields, { simulate: 1000 }, releasedSolvers);
    expect(result.simulation).toMatchObject({ standard_error: 0, deviation: null });
    within(result.simulation!.cost!, 0.5 * Math.exp(-1) + 0.1, {
      abs: 0.02,
      because: 'Euler, 8 steps and those of a layer',
    });
    expect(summary.join()).toMatch(/1000 paths, seed 0: cost 0\.\d+ ± 0, beside the value 0\.\d+; steps twice/);
  });

  test('an uncertain problem is simulated at every vertex; the worst is told, and is no worse than the value', async () => {
    const uncertain = { parameters: { a: 0, b: 0 }, uncertainty: { a: [-1, 1], b: [0, 0.1] }, drift: ['u*x + a + b'] };
    const flags = { simulate: 200, density: true };
    const { result, summary } = await solved({ ...uncertain, states: WIDE, query: [] }, flags, releasedSolvers);
    const { worst_case: worst, cost, value, standard_error: error } = result.simulation!;
    // Minimising x at the end, the worst drift is the largest.
    expect(worst).toEqual({ a: 1, b: 0.1 });
    expect(cost!).toBeLessThanOrEqual(value! + 3 * error!);
    expect(cost!).toBeGreaterThan(value! - 5 * error! - 0.1);
    expect(summary).toContain('simulated at every vertex of the uncertain parameters, worst at a = 1, b = 0.1:');
  });

  test('a value that is not finite has no closed loop; what was computed is written', async () => {
    const overflow = { running_cost: '1e308', horizon: 8, query: [{ x: 0.5 }] };
    const flags = { out: '', density: true, simulate: 10 };
    const { result, exitCode, out } = await solved(overflow, flags, releasedSolvers);
    expect([result.status, exitCode, result.density, result.simulation]).toEqual([
      'non_finite',
      4,
      undefined,
      undefined,
    ]);
    expect(result.warnings).toContain('no density and no simulation: the value is not finite');
    const { times, value } = await written(out);
    expect(times).toEqual([6, 8]);
    expect((value as number[][])[0]).toEqual([null, null, null, null, null]);
  });

  test('a refusal by the solve names every input at fault', async () => {
    const hidden = '1/((x - 0.375)^2 + (y - 0.25)^2)';
    const states = ['x', 'y'].map((name) => ({ ...PROBLEM.states[0], name, nodes: 9 }));
    const covariance = [
      [1, 0],
      [0, 1],
    ];
    const two = { states, covariance, drift: ['u', hidden], running_cost: hidden, query: [], start: null };
    await expect(solved(two, {}, releasedSolvers)).rejects.toMatchObject({
      code: 'E_INVALID',
      issues: [
        { path: 'drift.1', message: 'is Infinity at x = 0.375, y = 0.25' },
        { path: 'running_cost', message: 'is Infinity at x = 0.375, y = 0.25' },
      ],
    });
  });

  test.each([{ density: true }, { simulate: 10 }])(
    '%j without a start, or without an end, is wrong usage',
    async (flags) => {
      await expect(solved({ start: null }, flags)).rejects.toMatchObject({
        code: 'E_USAGE',
        remedy: 'Add to the file, for example: "start": {"x":0.5}',
      });
      const endless = {
        horizon: 'infinite',
        discount: 1,
        terminal_cost: null,
        running_cost: 'x',
        time: null,
        query: [],
      };
      await expect(solved(endless, flags)).rejects.toMatchObject({ code: 'E_USAGE' });
    },
  );
});
