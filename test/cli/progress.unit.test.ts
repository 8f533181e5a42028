import { describe, expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { createProgress, lineProgress, type ProgressStream } from '../../src/cli/progress.js';

/** A stream that keeps what is written to it. */
function recordingStream(isTTY: boolean): { stream: ProgressStream; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, cursorTo: () => true, clearLine: () => true });
  return { stream, text: () => (stream.read() as Buffer | null)?.toString('utf8') ?? '' };
}

describe('lineProgress', () => {
  test('writes a line for every 10 %, with the time left', () => {
    const { stream, text } = recordingStream(false);
    let seconds = 0;
    const { report } = lineProgress(stream, () => 1000 * seconds);
    for (let done = 0; done <= 40; done += 1) {
      // 3 seconds for each of 40: after 4 of them 36 * 3 = 108 s are left, told as 2 min; after 20 of them 60 s
      seconds = 3 * done;
      report({ stage: 'train', done, total: 40, ...(done === 40 ? { note: 'loss 1.2' } : {}) });
    }
    const lines = text().trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe('train: 0 % (0 of 40)');
    expect(lines[1]).toBe('train: 10 % (4 of 40), 2 min left');
    expect(lines[5]).toBe('train: 50 % (20 of 40), 60 s left');
    expect(lines[10]).toBe('train: 100 % (40 of 40), loss 1.2');
  });

  test('a resumed stage tells the time from what it did itself', () => {
    const { stream, text } = recordingStream(false);
    let seconds = 0;
    const { report } = lineProgress(stream, () => 1000 * seconds);
    report({ stage: 'train', done: 50, total: 100 });
    seconds = 10;
    report({ stage: 'train', done: 60, total: 100 });
    // 10 done in 10 s, 40 are left
    expect(text()).toBe('train: 50 % (50 of 100)\ntrain: 60 % (60 of 100), 40 s left\n');
  });

  test('tells the time left of the whole command, by the speed of the last half of its time', () => {
    const { stream, text } = recordingStream(false);
    let seconds = 0;
    const { report } = lineProgress(stream, () => 1000 * seconds);
    const overall = (done: number) => ({ done, total: 1000 });
    for (let done = 0; done <= 10; done += 1) {
      // A first stage of 10 s each 10 %, then one twice as fast: 900 are left at 20 a second
      seconds = done;
      report({ stage: 'pilot', done, total: 10, overall: overall(done) });
    }
    for (let step = 1; step <= 10; step += 1) {
      seconds = 10 + step;
      report({ stage: 'train', done: step, total: 100, overall: overall(10 + 20 * step) });
    }
    expect(text().trimEnd().split('\n').at(-1)).toBe('train: 10 % (10 of 100), 2 min left; in all 21 %, 40 s left');
  });

  test('keeps stages apart', () => {
    const { stream, text } = recordingStream(false);
    const { report } = lineProgress(stream, () => 0);
    report({ stage: 'pilot', done: 1, total: 1 });
    report({ stage: 'solve', done: 1, total: 2 });
    expect(text()).toBe('pilot: 100 % (1 of 1)\nsolve: 50 % (1 of 2)\n');
  });
});

describe('createProgress', () => {
  test('is silent when quiet', async () => {
    const { stream, text } = recordingStream(true);
    const progress = await createProgress(stream, { quiet: true });
    progress.report({ stage: 'train', done: 1, total: 2 });
    progress.stop();
    expect(text()).toBe('');
  });

  test('draws a bar for each stage on a terminal', async () => {
    const { stream, text } = recordingStream(true);
    const progress = await createProgress(stream, { quiet: false });
    progress.report({ stage: 'pilot', done: 10, total: 10 });
    progress.report({ stage: 'train', done: 5, total: 10, note: 'seed 2' });
    progress.stop();
    const drawn = text();
    expect(drawn).toMatch(/pilot .*100 % .*10 of 10/);
    expect(drawn).toMatch(/train .*50 % .*5 of 10 .*left.*seed 2/);
  });

  test('writes lines where there is no terminal', async () => {
    const { stream, text } = recordingStream(false);
    const progress = await createProgress(stream, { quiet: false });
    progress.report({ stage: 'train', done: 5, total: 10 });
    progress.stop();
    expect(text()).toBe('train: 50 % (5 of 10)\n');
  });
});
