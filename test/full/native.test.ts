import { describe, expect, test } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { probeNative, type Probe } from '../../scripts/native/probe.js';
import { TFJS_NODE } from '../../scripts/native/versions.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { runCommand } from '../helpers/cli.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { within } from '../helpers/within.js';

const probe: Probe = await probeNative(path.join(PACKAGE_ROOT, 'node_modules', TFJS_NODE));

if ('failure' in probe) {
  console.warn(
    `The native engine is not tested on Node ${process.version}: it does not load (npm run native).\n${probe.failure}`,
  );
}

/** Every kind of layer that a declarative model may have. */
const EXPERIMENT = {
  kind: 'experiment',
  schema_version: '1.0.0',
  name: 'every layer',
  seeds: [1],
  workload: {
    data: { format: 'builtin', name: 'digits' },
    model: {
      layers: [
        { type: 'conv2d', filters: 4, kernel: 3, stride: 1, padding: 'same' },
        { type: 'relu' },
        { type: 'max_pool', size: 2 },
        { type: 'conv2d', filters: 8, kernel: 3, stride: 2, padding: 'same' },
        { type: 'relu' },
        { type: 'mean_pool', size: 2 },
        { type: 'flatten' },
        { type: 'dense', units: 10 },
      ],
    },
    attack: { type: 'pgd', norm: 'Linf', eps: 0.1, steps: 5 },
  },
  batch_size: 32,
  horizon: 50,
  evaluation: { train_examples: 100, test_examples: 100 },
};

const testNative = 'engine' in probe ? test : test.skip;

describe('the native engine', () => {
  testNative('names TensorFlow, its version, and one thread', () => {
    expect(probe).toMatchObject({
      engine: {
        backend: 'tensorflow',
        kernel: expect.stringMatching(/^libtensorflow \d/),
        threads: 1,
        version: '4.22.0',
      },
    });
  });

  testNative(
    'gives the losses of tfjs for the first 50 updates',
    async () => {
      const folder = await temporaryFolder();
      const file = path.join(folder, 'experiment.json');
      await writeFile(file, JSON.stringify(EXPERIMENT));
      const [native, tfjs] = await Promise.all(['native', 'tfjs'].map((engine) => losses(file, folder, engine)));
      expect(native).toHaveLength(50);
      expect(native[49]).toBeLessThan(native[0]);
      const worst = Math.max(...native.map((loss, i) => Math.abs(loss - tfjs[i]) / tfjs[i]));
      within(worst, 0, { abs: 1e-4, because: 'relative; sums of float32 in another order, over 50 updates' });
    },
    180_000,
  );
});

/** Losses of the minibatches of 50 updates. */
async function losses(experiment: string, folder: string, engine: string): Promise<number[]> {
  const out = path.join(folder, engine);
  const run = ['train', experiment, '--schedule', 'constant:0.3', '--engine', engine, '--out', out];
  const { code, stderr } = await runCommand(run);
  if (code !== 0) throw new Error(stderr);
  const logs = (await readdir(out)).filter((name) => name.endsWith('.jsonl'));
  const { steps } = await readTrainingLog(path.join(out, logs[0]));
  return steps.map((step) => step.train_robust_loss as number);
}
