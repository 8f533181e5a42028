import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { HjbLrError } from '../../../src/errors.js';
import { checkKnownLoss, modelKind, openEngine, type Engine } from '../../../src/training/engines/index.js';

const engines = new URL('../../../src/training/engines/index.ts', import.meta.url).href;
const tensorEngines = new URL('../../../src/training/engines/tfjs/index.ts', import.meta.url).href;
const backends = new URL('../../../src/training/engines/tfjs/backends.ts', import.meta.url).href;

/** Opens an engine in a process of its own and returns what it printed: its own line, and everything else. */
async function inOwnProcess(code: string): Promise<{ stdout: string; stderr: string }> {
  const script = `import { openEngine } from ${JSON.stringify(engines)};\n${code}`;
  return promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
}

describe('openEngine', () => {
  test('tensors made on another back end before are refused, because wasm misreads them', async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
    const constant = tf.oneHot(tf.tensor1d([0], 'int32'), 2).toFloat();
    await expect(openEngine('tfjs', 'module')).rejects.toMatchObject({ code: 'E_ENGINE' });
    expect(tf.getBackend()).toBe('wasm');
    // The trap itself: 1 of the cpu back end is 1e-45 on wasm.
    expect([...tf.mul(constant, 1).dataSync()].some((value) => value > 0.5)).toBe(false);
    constant.dispose();
  });

  test('"tfjs" opens wasm with one thread, and again gives the same', async () => {
    const engine = await openEngine('tfjs', 'module');
    expect(engine.info).toMatchObject({ engine: 'tfjs', backend: 'wasm', kernel: 'xnnpack-simd', threads: 1 });
    expect(await openEngine('tfjs', 'dense')).toBe(engine);
    expect(tf.getBackend()).toBe('wasm');
  });

  test('the other engine of TensorFlow.js in the same process is refused', async () => {
    await expect(openEngine('native', 'module')).rejects.toMatchObject({ code: 'E_ENGINE' });
  });
});

describe('the known loss', () => {
  test('refuses an engine whose gradient is off by one part in a million', async () => {
    const sound = await openEngine('tfjs', 'module');
    const unsound: Engine = {
      info: sound.info,
      build: sound.build,
      createNetwork(...given) {
        const network = sound.createNetwork(...given);
        return {
          ...network,
          gradients(inputs, loss) {
            const found = network.gradients(inputs, loss);
            return { ...found, weights: found.weights.map((value) => 1.00001 * value) };
          },
        };
      },
    };
    expect(() => checkKnownLoss(sound)).not.toThrow();
    expect(() => checkKnownLoss(unsound)).toThrow(HjbLrError);
  });
});

describe('the kind of a model', () => {
  const described = (type: 'relu' | 'conv2d' | 'tanh' | 'dropout') =>
    ({ workload: { model: { layers: [{ type }] } } }) as Parameters<typeof modelKind>[0];

  test('a module, layers with a convolution, layers without, one that tensors alone compute', () => {
    expect(modelKind({ workload: './own.js' })).toBe('module');
    expect(modelKind(described('conv2d'))).toBe('convolutional');
    expect(modelKind(described('relu'))).toBe('dense');
    for (const type of ['tanh', 'dropout'] as const) expect(modelKind(described(type))).toBe('tensors');
  });
});

describe('in a process of its own', () => {
  const open = (choice: string): string => `(await openEngine("${choice}", "module")).info`;

  test('"auto" is silent, whether the native library is there or not', async () => {
    const { stdout, stderr } = await inOwnProcess(`console.log(${open('auto')}.engine);`);
    expect(['native\n', 'tfjs\n']).toContain(stdout);
    expect(stderr).toBe('');
  });

  test('"native" opens, or fails with the remedy', async () => {
    const code = `console.log(JSON.stringify(await openEngine("native", "module").then((engine) => engine.info, (error) => error.toJSON())));`;
    const answer = JSON.parse((await inOwnProcess(code)).stdout) as Record<string, unknown>;
    if (answer['engine'] === 'native') expect(answer['backend']).toBe('tensorflow');
    else expect(answer).toMatchObject({ code: 'E_ENGINE', remedy: expect.stringContaining('--engine') });
  });

  test('an engine that failed leaves the process able to open another', async () => {
    const code = `await openEngine("native", "module").catch(() => {}); console.log(${open('auto')}.engine);`;
    expect(['native\n', 'tfjs\n']).toContain((await inOwnProcess(code)).stdout);
  });

  test('the cpu back end, for a place without WebAssembly, computes the known loss', async () => {
    const code = `import { openCpu } from ${JSON.stringify(backends)};
      import { tensorEngine } from ${JSON.stringify(tensorEngines)};
      import { checkKnownLoss } from ${JSON.stringify(engines)};
      const info = await openCpu();
      checkKnownLoss(tensorEngine(info));
      console.log(info.backend, info.threads);`;
    expect((await inOwnProcess(code)).stdout).toBe('cpu 1\n');
  });
});
