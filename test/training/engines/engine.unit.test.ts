import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { HjbLrError } from '../../../src/errors.js';
import { checkKnownLoss, openEngine } from '../../../src/training/engines/index.js';

const engines = new URL('../../../src/training/engines/index.ts', import.meta.url).href;
const backends = new URL('../../../src/training/engines/backends.ts', import.meta.url).href;

/** Opens an engine in a process of its own and returns what it printed: its own line, and everything else. */
async function inOwnProcess(code: string): Promise<{ stdout: string; stderr: string }> {
  const script = `import { openEngine } from ${JSON.stringify(engines)};\n${code}`;
  return promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
}

describe('openEngine', () => {
  test('"fused" is refused with a remedy', async () => {
    await expect(openEngine('fused')).rejects.toMatchObject({
      code: 'E_ENGINE',
      remedy: 'Use --engine tfjs or --engine auto.',
    });
  });

  test('tensors made on another back end before are refused, because wasm misreads them', async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
    const labels = tf.oneHot(tf.tensor1d([0], 'int32'), 2).toFloat() as tf.Tensor2D;
    await expect(openEngine('tfjs')).rejects.toMatchObject({ code: 'E_ENGINE' });
    expect(tf.getBackend()).toBe('wasm');
    // The trap itself: labels of the cpu back end give the loss 0 on wasm, where it is ln 2.
    expect(() => checkKnownLoss(labels)).toThrow(HjbLrError);
    labels.dispose();
  });

  test('"tfjs" opens wasm with one thread, and again gives the same', async () => {
    const engine = await openEngine('tfjs');
    expect(engine).toMatchObject({ engine: 'tfjs', backend: 'wasm', kernel: 'xnnpack-simd', threads: 1 });
    expect(await openEngine('auto')).toEqual(engine);
    expect(tf.getBackend()).toBe('wasm');
    expect(() => checkKnownLoss()).not.toThrow();
  });

  test('another engine in the same process is refused', async () => {
    await expect(openEngine('native')).rejects.toMatchObject({ code: 'E_ENGINE' });
  });
});

describe('in a process of its own', () => {
  test('"auto" is silent, whether the native library is there or not', async () => {
    const { stdout, stderr } = await inOwnProcess('console.log((await openEngine("auto")).engine);');
    expect(['native\n', 'tfjs\n']).toContain(stdout);
    expect(stderr).toBe('');
  });

  test('"native" opens, or fails with the remedy', async () => {
    const code = 'console.log(JSON.stringify(await openEngine("native").catch((error) => error.toJSON())));';
    const answer = JSON.parse((await inOwnProcess(code)).stdout) as Record<string, unknown>;
    if (answer['engine'] === 'native') expect(answer['backend']).toBe('tensorflow');
    else expect(answer).toMatchObject({ code: 'E_ENGINE', remedy: expect.stringContaining('--engine tfjs') });
  });

  test('an engine that failed leaves the process able to open another', async () => {
    const code = 'await openEngine("native").catch(() => {}); console.log((await openEngine("auto")).engine);';
    expect(['native\n', 'tfjs\n']).toContain((await inOwnProcess(code)).stdout);
  });

  test('the cpu back end, for a place without WebAssembly, computes the known loss', async () => {
    const code = `import { openCpu } from ${JSON.stringify(backends)};
      import { checkKnownLoss } from ${JSON.stringify(engines)};
      const { backend, threads } = await openCpu();
      checkKnownLoss();
      console.log(backend, threads);`;
    expect((await inOwnProcess(code)).stdout).toBe('cpu 1\n');
  });
});
