import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { readTrainingLog } from '../../../src/artifacts/log-file.js';
import { trainStage } from '../../../src/training/stage/stage.js';
import { temporaryFolder } from '../../helpers/temporary-folder.js';

const EXPERIMENT = {
  kind: 'experiment',
  name: 'digits',
  workload: {
    data: { format: 'builtin', name: 'digits' },
    model: {
      layers: [{ type: 'flatten' }, { type: 'dense', units: 8 }, { type: 'relu' }, { type: 'dense', units: 10 }],
    },
    attack: { type: 'pgd', eps: 0.1, steps: 5 },
  },
  batch_size: 16,
  horizon: 40,
  seeds: [1],
  evaluation: { train_examples: 50, test_examples: 50, batch_size: 50, checks: null },
};

/** All that a run did: its rows without the clock, and without the digest, which is of the header too. */
const rowsOf = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .slice(1)
    .join('\n')
    .replace(/"wall_s":[\d.]+,?|,"sha256":"\w+"/g, '');

async function setting(fields: object = {}) {
  const out = await temporaryFolder();
  const experimentPath = path.join(out, 'experiment.json');
  await writeFile(experimentPath, JSON.stringify({ ...EXPERIMENT, ...fields }));
  return { experimentPath, out, engine: 'auto' as const };
}

test('train --schedule recommended reads, writes the policy, and follows it; --policy gives the same bits', async () => {
  const options = await setting();
  const { result, artifacts, summary } = await trainStage({ ...options, schedule: 'recommended' });
  const names = artifacts.map((file) => path.basename(file));
  expect(names).toEqual([
    ...[0, 1, 2].map((i) => `recommended-reading-${i}-seed-1.jsonl`),
    'recommended-seed-1.policy.json',
    'recommended-seed-1.jsonl',
  ]);
  // 40 updates of 6 are 240; three readings of 13 updates of 2 are 78; the rest are 81 updates of 2. The loss of so short a
  // run is still at the best constant prediction, where looks for a collapse are taken: one of 6, and three of 3.
  const { header, end, steps } = await readTrainingLog(artifacts[4]);
  expect([end!.n_grad_evals, end!.updates, result.n_grad_evals]).toEqual([177, 81, 255]);
  expect(header).toMatchObject({
    attack: { start: 'kept', steps: 1 },
    horizon: 81,
    lr_schedule: { name: 'recommended', reading: { n_grad_evals: 78 } },
    recovery: { rate_factor: 0.5 },
  });
  expect(steps[0]).toMatchObject({ attack_steps: 1, batch_size: 16, averaging_weight: 1 });
  expect(summary.some((line) => line.startsWith('  rate: '))).toBe(true);

  await trainStage({ ...options, policyPath: artifacts[3] });
  expect(await rowsOf(path.join(options.out, 'policy-seed-1.jsonl'))).toBe(await rowsOf(artifacts[4]));
  const other = await setting({ horizon: 50 });
  await expect(trainStage({ ...other, policyPath: artifacts[3] })).rejects.toMatchObject({
    code: 'E_RUN_MISMATCH',
    issues: [{ path: 'horizon', message: 'the policy was made for 40, the experiment has 50' }],
  });
});

test('a budget smaller than its readings is refused before anything runs, and a rate that is given needs none', async () => {
  const options = await setting({ horizon: 20 });
  await expect(trainStage({ ...options, schedule: 'recommended' })).rejects.toMatchObject({
    code: 'E_INVALID',
    remedy: expect.stringContaining('recommended:rate='),
    issues: [{ path: 'horizon', message: '20 updates are too few' }],
  });
  const { artifacts } = await trainStage({ ...options, schedule: 'recommended:rate=1,attack=experiment' });
  const { end, header } = await readTrainingLog(artifacts[artifacts.length - 1]);
  expect([end!.updates, end!.n_grad_evals]).toEqual([20, 126]);
  expect(header).toMatchObject({ attack: { steps: 5 } });
});

test.each([
  { type: 'pgd', eps: 0.1, start: 'kept' },
  { type: 'pgd', norm: 'L2', eps: { value: 0.5, ramp: { from: 0.5, over: 0.3 } }, start: 'kept' },
])('an experiment that keeps perturbations already is followed as it is: %j', async (attack) => {
  const options = await setting({ workload: { ...EXPERIMENT.workload, attack }, horizon: 100 });
  const { artifacts } = await trainStage({ ...options, schedule: 'recommended' });
  const policy = artifacts.find((file) => file.endsWith('.policy.json'))!;
  expect(JSON.parse(await readFile(policy, 'utf8'))).toMatchObject({
    requires: ['whole_method', 'kept_perturbations'],
    attack: { start: 'kept' },
  });
  await trainStage({ ...options, policyPath: policy });
  expect(await rowsOf(path.join(options.out, 'policy-seed-1.jsonl'))).toBe(await rowsOf(artifacts.at(-1)!));
});

test('an attack of eps 0 has nothing to keep', async () => {
  const options = await setting({
    workload: { ...EXPERIMENT.workload, attack: { type: 'pgd', eps: 0, steps: 1 } },
    horizon: 100,
  });
  const { summary } = await trainStage({ ...options, schedule: 'recommended' });
  expect(summary.find((line) => line.startsWith('  attack: '))).toContain('its eps is 0');
});
