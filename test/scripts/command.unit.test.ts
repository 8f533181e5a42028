import { describe, expect, test } from '@jest/globals';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { lastLines, runCommand } from '../../scripts/command.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

describe('runCommand', () => {
  test('gives the code and both outputs', async () => {
    const end = await runCommand(['sh', '-c', 'cat; echo out; echo err >&2; exit 3'], { input: 'in\n' });
    expect([end.code, end.stdout]).toEqual([3, 'in\nout\n']);
    expect(end.output).toContain('err\n');
  });

  test('says so where there is no such program', async () => {
    expect(await runCommand(['/no/such/program'])).toMatchObject({
      code: null,
      output: expect.stringContaining('ENOENT'),
    });
  });

  test('a time limit ends a program that listens to no signal, and what it started', async () => {
    const file = path.join(await temporaryFolder(), 'beats');
    const beating = `trap "" TERM; (while true; do echo beat >> "${file}"; sleep 0.02; done) & wait`;
    const end = await runCommand(['sh', '-c', beating], { timeout: 300 });
    expect(end).toMatchObject({ code: null, output: expect.stringContaining('SIGKILL') });
    const { size } = await stat(file);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await stat(file)).size).toBe(size);
  });

  test('lastLines keeps fifteen lines that are not empty', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i}`);
    expect(lastLines(lines.join('\n\n')).split('\n')).toEqual(lines.slice(25));
  });
});
