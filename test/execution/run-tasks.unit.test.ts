import { describe, expect, test } from '@jest/globals';
import { execFile, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HjbLrError } from '../../src/errors.js';
import type { Json } from '../../src/json.js';
import { resultsOf, runTasks, type Task } from '../../src/execution/run-tasks.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const module = new URL('./fixtures/task.mjs', import.meta.url).href;
const refusing = new URL('./fixtures/refusing-task.ts', import.meta.url).href;
const wait = (id: string, milliseconds: number): Task => ({
  id,
  module,
  input: { mode: 'wait', milliseconds, value: id },
});
const task = (id: string, mode: string): Task => ({ id, module, input: { mode } });
const values = (results: Json[]): unknown[] => results.map((result) => (result as { value: unknown }).value);
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('runTasks', () => {
  test.each([0, 1, 2])('gives results in the order of the tasks with %i workers', async (workers) => {
    const results = resultsOf(await runTasks([wait('slow', 150), wait('fast', 0), wait('last', 10)], { workers }));
    expect(values(results)).toEqual(['slow', 'fast', 'last']);
    const pids = new Set(results.map((result) => (result as { pid: number }).pid));
    expect(pids.size).toBe(Math.max(1, workers));
    expect(pids.has(process.pid)).toBe(workers === 0);
  });

  test('starts no more processes than there are tasks, and none for no task', async () => {
    const [result] = resultsOf(await runTasks([wait('only', 0)], { workers: 16 }));
    expect(isAlive((result as { pid: number }).pid)).toBe(false);
    expect(await runTasks([], { workers: 16 })).toEqual([]);
  });

  test.each([0, 1])('passes progress on with the id of its task, %i workers', async (workers) => {
    const events: [string, unknown][] = [];
    await runTasks([wait('a', 0), wait('b', 0)], {
      workers,
      onEvent: (id, event) => events.push([id, (event as { done: number }).done]),
    });
    expect(events).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  test.each([0, 1])('a result is what JSON makes of it, %i workers', async (workers) => {
    expect(resultsOf(await runTasks([task('nan', 'not-a-number')], { workers }))).toEqual([{ value: null }]);
  });

  test.each([0, 1])('a task that throws fails alone, %i workers', async (workers) => {
    const outcomes = await runTasks([task('bad', 'throw'), wait('good', 0)], { workers });
    expect(outcomes.map(({ id, status }) => [id, status])).toEqual([
      ['bad', 'failed'],
      ['good', 'done'],
    ]);
    const { error } = outcomes[0] as { error: Error };
    expect(error).toMatchObject({ name: 'TypeError', message: 'the task failed' });
    expect(error.stack).toContain('task.mjs');
    expect(() => resultsOf(outcomes)).toThrow('the task failed');
  });

  test.each([0, 1])('an HjbLrError keeps code, fields, issues and remedy, %i workers', async (workers) => {
    const [outcome] = await runTasks([{ id: 'refused', module: refusing, input: null }], { workers });
    const { error } = outcome as unknown as { error: HjbLrError };
    expect(error).toBeInstanceOf(HjbLrError);
    expect(error.toJSON()).toEqual({
      code: 'E_DATA',
      message: 'Label 11 is out of range.',
      remedy: 'Give labels 0..9.',
      fields: { file: 'labels.idx', example: 3 },
      issues: [{ path: 'labels.3', message: 'expected at most 9; got 11' }],
    });
    expect(error.exitCode).toBe(3);
  });

  test('a worker that dies fails its own task only, even where it is the last worker', async () => {
    const outcomes = await runTasks([task('killed', 'die'), task('gone', 'exit'), wait('good', 0)], { workers: 1 });
    expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'failed', 'done']);
    const errors = outcomes.slice(0, 2).map((outcome) => (outcome as { error: Error }).error);
    expect(errors[0]).toMatchObject({ code: 'E_LIMIT', message: 'The worker of task killed was ended by SIGKILL.' });
    expect(errors[1].message).toBe('The worker of task gone ended (exit code 7).');
  });

  test('what a killed worker printed last is in its error; the other worker goes on', async () => {
    const outcomes = await runTasks([task('loud', 'die-loudly'), wait('good', 300)], { workers: 2 });
    expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'done']);
    // Of 20 lines and a native frame after them, the last 10 lines.
    const lines = Array.from({ length: 10 }, (_, i) => `line ${i + 10}`);
    const { error } = outcomes[0] as unknown as { error: HjbLrError };
    expect(error.fields).toEqual({ task: 'loud', signal: 'SIGKILL', last_lines: lines });
    expect(error.message.split('\n')).toEqual([
      'The worker of task loud was ended by SIGKILL; its last lines:',
      ...lines.map((line) => `    ${line}`),
    ]);
  });

  test('a worker that prints more than a pipe holds does not wait for a reader', async () => {
    expect(values(resultsOf(await runTasks([task('talker', 'print-much')], { workers: 1 })))).toEqual(['printed']);
  });

  test('resultsOf throws the first error and lists the others in it', async () => {
    const refused = { id: 'refused', module: refusing, input: null };
    const outcomes = await runTasks([refused, wait('good', 0), task('bad', 'throw')], { workers: 0 });
    expect(() => resultsOf(outcomes)).toThrow(
      expect.objectContaining({
        code: 'E_DATA',
        issues: [expect.objectContaining({ path: 'labels.3' }), { path: 'bad', message: 'the task failed' }],
      }),
    );
  });

  test('an abort ends the workers and gives E_INTERRUPTED', async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const running = runTasks([wait('endless', 60_000), wait('endless too', 60_000)], {
      workers: 2,
      signal: controller.signal,
      onEvent: (_, event) => {
        pids.push((event as { pid: number }).pid);
        if (pids.length === 2) controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'E_INTERRUPTED', exitCode: 130 });
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  test('what a worker prints does not reach standard output', async () => {
    const { stdout, stderr } = await inAnotherProcess({ mode: 'print' }).done;
    expect(stdout).toBe('');
    expect(stderr).toContain('this must not reach standard output');
  });

  test('a worker does not go on for long after its parent was killed, even if it never waits', async () => {
    const file = path.join(await temporaryFolder(), 'pid');
    const { child, done } = inAnotherProcess({ mode: 'busy', file });
    const pid = Number(await until(() => readFile(file, 'utf8')));
    child.kill('SIGKILL');
    await expect(done).rejects.toMatchObject({ signal: 'SIGKILL' });
    await until(async () => isAlive(pid) || 'gone');
    expect(isAlive(pid)).toBe(false);
  });
});

/** A process that runs one task on one worker. */
function inAnotherProcess(input: Json): { child: ChildProcess; done: Promise<{ stdout: string; stderr: string }> } {
  const runner = new URL('../../src/execution/run-tasks.ts', import.meta.url).href;
  const script = `import { runTasks } from ${JSON.stringify(runner)};
    await runTasks([{ id: 'task', module: ${JSON.stringify(module)}, input: ${JSON.stringify(input)} }], { workers: 1 });`;
  const argv = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const done = promisify(execFile)(process.execPath, argv, { cwd: fileURLToPath(new URL('../..', import.meta.url)) });
  return { child: done.child, done };
}

/** Waits, 10 seconds at most, for a nonempty text. */
async function until(attempt: () => Promise<string | boolean>): Promise<string> {
  for (let i = 0; i < 200; i += 1) {
    const text = await attempt().catch(() => '');
    if (typeof text === 'string' && text !== '') return text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('waited too long');
}
