import { describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readArtifact } from '../../src/artifacts/files.js';
import type { ProblemSolution } from '../../src/artifacts/solution/problem-solution.js';
import { reportStage } from '../../src/report/stage/stage.js';
import { problemPageStage } from '../../src/report/stage/problem-page-stage.js';
import { gridSolution } from '../../src/report/solution-arrays.js';
import { problemStage } from '../../src/synthesis/problem-file/stage.js';
import { MADE_UP_SOLVERS } from '../helpers/answers.js';
import { pilotLog } from '../helpers/pilot-log.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

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
  query: [
    { x: 0.5, t: 0 },
    { t: 1, x: 7 },
  ],
};

/** The folder of a solved problem. */
async function solved(fields: object): Promise<string> {
  const out = await temporaryFolder();
  const problemPath = path.join(out, 'problem.json');
  await writeFile(problemPath, JSON.stringify({ ...PROBLEM, ...fields }));
  await problemStage({ problemPath, out, draw: true }, MADE_UP_SOLVERS);
  return out;
}

const solutionIn = async (out: string): Promise<ProblemSolution> =>
  (await readArtifact('solution', path.join(out, 'solution.json'))) as ProblemSolution;

describe('hjb-lr report', () => {
  test('takes files and folders, and writes a page, Markdown or the verdicts', async () => {
    const [out, elsewhere] = [await solved({ time: { steps: 4 } }), await temporaryFolder()];
    const log = path.join(elsewhere, 'run.jsonl');
    const { header, steps, end } = pilotLog('a');
    await writeFile(log, [header, ...steps, end].map((row) => `${JSON.stringify(row)}\n`).join(''));
    const report = (format: 'html' | 'md' | 'json') => reportStage({ paths: [out, log], out: elsewhere, format });
    const { artifacts, summary } = await report('md');
    expect(artifacts).toEqual([path.join(elsewhere, 'report.md')]);
    const text = await readFile(artifacts[0], 'utf8');
    expect(summary).toEqual([text.trimEnd()]);
    expect(text).toContain('# a \\<problem\\>');
    expect(text).toMatch(/\*\*The run came to its end after \d+ updates/);
    const { result } = await report('json');
    expect(JSON.parse(await readFile(path.join(elsewhere, 'report.json'), 'utf8'))).toEqual(result);
    expect(result.reports).toMatchObject([
      {
        kind: 'problem',
        first_screen: { tone: 'good' },
        verdicts: { status: 'converged', values: [1.23456789012, null] },
      },
      { kind: 'training', title: 'run' },
    ]);
    await report('html');
    const page = await readFile(path.join(elsewhere, 'report.html'), 'utf8');
    for (const id of ['part-1-value', 'part-1-control-0', 'part-2-loss', 'part-2-rate'])
      expect(page).toContain(`id="${id}"`);
    expect(page.match(/<script/g)).toHaveLength(3); // figures, Plotly and the page's own, once
  });

  test('refuses what it is not made of', async () => {
    const empty = await temporaryFolder();
    const report = (place: string) => reportStage({ paths: [place], out: empty, format: 'html' });
    await expect(report(empty)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(report(path.join(empty, 'no.json'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await writeFile(path.join(empty, 'problem.json'), JSON.stringify(PROBLEM));
    await expect(report(path.join(empty, 'problem.json'))).rejects.toMatchObject({
      code: 'E_KIND',
      message: expect.stringContaining('"control_problem"'),
    });
  });
});

describe('solution.html', () => {
  test('one page with the answers, value and policy, nothing from outside; levels to draw are in the file', async () => {
    const out = await solved({ time: { steps: 300 } });
    const { artifacts } = await problemPageStage({ solutionPath: path.join(out, 'solution.json'), out });
    expect(artifacts).toEqual([path.join(out, 'solution.html')]);
    const page = await readFile(path.join(out, 'solution.html'), 'utf8');
    expect(page).toContain('<h1>a &lt;problem&gt;</h1>');
    expect(page).toContain('<td>1.23456789</td>');
    expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
    for (const id of ['value', 'control-0', 'value-over-time', 'control-0-over-time']) {
      expect(page).toContain(`id="${id}" role="img"`);
    }
    const solution = await solutionIn(out);
    expect([solution.problem.keep, (solution.times as number[]).length]).toEqual([3, 101]);
  });

  test('long arrays come from the files beside it, and only from those that were written with it', async () => {
    const states = [{ ...PROBLEM.states[0], nodes: 33_334 }];
    const out = await solved({ time: { steps: 4 }, states, keep: 2 }); // 3 levels of 33,334
    const { value, control, times } = await gridSolution(await solutionIn(out), out);
    expect([times.length, value.length, value[1].length, value[1][7], control[2][0]]).toEqual([3, 3, 33_334, 8, 0.5]);
    await writeFile(path.join(out, 'value.npy'), 'something else');
    await expect(gridSolution(await solutionIn(out), out)).rejects.toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'value.npy' }],
    });
  });
});
