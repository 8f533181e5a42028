import { describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { TOOL_VERSION } from '../../src/version.js';
import { exampleExperiment } from '../artifacts/fixtures/examples.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { MAIN, ROOT, startNode, type Finished } from './command-line.js';

const EXECUTE = pathToFileURL(path.join(ROOT, 'dist/src/cli/execute.js')).href;

/** A process whose only command is `action`, the text of a function of the context. */
function startAction(action: string, output = '{ json: true, quiet: false }'): ReturnType<typeof startNode> {
  const script = `import { execute } from ${JSON.stringify(EXECUTE)};
    process.exitCode = await execute('test', ${output}, ${action});`;
  return startNode(['--input-type=module', '--eval', script, '--', 'main.js', 'test', 'a file']);
}

/** Interrupts a process once it has said something on standard error. */
async function interruptWhenReady({ child, finished }: ReturnType<typeof startNode>): Promise<Finished> {
  child.stderr!.once('data', () => child.kill('SIGINT'));
  return finished;
}

const document = (stdout: string): unknown => JSON.parse(stdout);
const sayReady = `onProgress({ stage: 'wait', done: 0, total: 1 });`;

describe('execute', () => {
  test('a result: data on standard output, progress and the next command on standard error', async () => {
    const action = `async ({ onProgress }) => { onProgress({ stage: 'a', done: 1, total: 1 });
      return { artifacts: ['x.json'], summary: ['done it', 'well'], result: { n: 1 }, next: 'hjb-lr report x.json' }; }`;
    const people = await startAction(action, '{ json: false, quiet: false }').finished;
    expect(people).toEqual({
      code: 0,
      stdout: 'done it\nwell\n',
      stderr: 'a: 100 % (1 of 1)\nnext: hjb-lr report x.json\n',
    });
    const quiet = await startAction(action, '{ json: false, quiet: true }').finished;
    expect(quiet).toEqual({ code: 0, stdout: 'done it\nwell\n', stderr: '' });
    const { stdout } = await startAction(action).finished;
    expect(document(stdout)).toEqual({
      ok: true,
      command: 'test',
      result: { n: 1 },
      artifacts: ['x.json'],
      version: TOOL_VERSION,
    });
  });

  test('numerics that did not converge are a result with exit code 4', async () => {
    const { code, stdout } = await startAction(
      `async () => ({ artifacts: [], summary: [], result: 'slow', exitCode: 4 })`,
    ).finished;
    expect(code).toBe(4);
    expect(document(stdout)).toMatchObject({ ok: true, result: 'slow' });
  });

  test('any error that is not ours is a bug: exit code 1, with the stack', async () => {
    const { code, stdout, stderr } = await startAction(`async () => { null.field; }`).finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^This is a bug in hjb-lr .*\nTypeError: .*\n {4}at /);
    expect(document(stdout)).toMatchObject({
      ok: false,
      error: { code: 'BUG', message: expect.stringContaining('TypeError') },
    });
  });

  test('an interrupted command that heeds the signal', async () => {
    const action = `({ onProgress, signal }) => new Promise((_, reject) => {
      const work = setInterval(() => {}, 1000); ${sayReady}
      signal.addEventListener('abort', () => { clearInterval(work); reject(new Error('ended')); }); })`;
    const { code, stdout, stderr } = await interruptWhenReady(startAction(action));
    expect(code).toBe(130);
    expect(document(stdout)).toMatchObject({ ok: false, error: { code: 'E_INTERRUPTED' } });
    expect(stderr).toContain("Interrupted.\nThe same command again resumes: hjb-lr test 'a file'\n");
  });

  test('an interrupted command that heeds nothing ends within seconds, with exit code 130 and one document', async () => {
    const { code, stdout, stderr } = await interruptWhenReady(
      startAction(`({ onProgress }) => new Promise(() => { ${sayReady} setInterval(() => {}, 1000); })`),
    );
    expect(code).toBe(130);
    expect(document(stdout)).toMatchObject({ ok: false, error: { code: 'E_INTERRUPTED' } });
    expect(stderr).toContain('The same command again resumes');
  });
});

describe('Ctrl-C', () => {
  test('ends a pilot and its workers: exit code 130, and what was begun can be resumed', async () => {
    const folder = await temporaryFolder();
    const experiment = path.join(folder, 'experiment.json');
    const pilot = { peak: { method: 'given', peak: 0.1 }, runs: 2, updates_per_run: 100_000 };
    await writeFile(experiment, JSON.stringify({ ...exampleExperiment(), horizon: 1_000_000, pilot }));
    const argv = [MAIN, 'pilot', experiment, '--out', path.join(folder, 'out'), '--engine', 'tfjs', '--workers', '2'];
    const { code, stdout, stderr } = await interruptWhenReady(startNode(argv));
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toContain(`The same command again resumes: hjb-lr pilot ${experiment} --out`);
  }, 30_000);
});
