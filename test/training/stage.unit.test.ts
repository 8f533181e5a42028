import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { policyId } from '../../src/artifacts/hash.js';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import type { Policy } from '../../src/artifacts/policy.js';
import { readLedger } from '../../src/execution/ledger.js';
import { trainStage, type TrainStageOptions } from '../../src/training/stage.js';
import { examplePolicy } from '../artifacts/fixtures/examples.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const EXPERIMENT = {
  kind: 'experiment',
  name: 'digits',
  workload: {
    data: { format: 'builtin', name: 'digits' },
    model: { layers: [{ type: 'flatten' }, { type: 'dense', units: 10 }] },
    attack: { type: 'pgd', eps: 0.1, steps: 3 },
  },
  batch_size: 64,
  horizon: 3,
  seeds: [1],
  evaluation: { train_examples: 50, test_examples: 50, batch_size: 50 },
};

/** As its author writes it: the step length of the attack is left to its default. */
const ATTACK = { type: 'pgd', norm: 'Linf', eps: 0.1, steps: 3, random_start: true, restarts: 1 } as const;

/** Files of one experiment and of one rate's policy for it, and the options that train under it. */
async function setting(policy: Partial<Policy> = {}, experiment: object = {}): Promise<TrainStageOptions> {
  const out = await temporaryFolder();
  const { policy_id: _, ...body } = { ...examplePolicy(), attack: ATTACK, ...policy };
  const policyPath = path.join(out, 'policy.json');
  const experimentPath = path.join(out, 'experiment.json');
  await writeFile(policyPath, JSON.stringify({ ...body, policy_id: policyId(body) }));
  await writeFile(experimentPath, JSON.stringify({ ...EXPERIMENT, ...experiment }));
  return { experimentPath, policyPath, out, engine: 'tfjs' };
}

describe('hjb-lr train', () => {
  test('under a policy of the same experiment: a log, and the record of this run', async () => {
    const options = await setting();
    const { result } = await trainStage({ ...options, commandLine: 'hjb-lr train a.json' });
    expect(result.status).toBe('completed');
    expect(await readLedger(options.out, 'policy-seed-1.run.json')).toMatchObject({
      command: 'train',
      expects: ['policy-seed-1.jsonl'],
      command_line: 'hjb-lr train a.json',
      options: { lr_schedule: { name: 'policy' }, evaluation: { train_examples: 50 } },
    });
    await trainStage({ ...options, policyPath: undefined, schedule: 'constant:0.1' });
    expect((await readdir(options.out)).filter((name) => name.endsWith('.jsonl'))).toEqual([
      'constant_0.1-seed-1.jsonl',
      'policy-seed-1.jsonl',
    ]);
  });

  test('keeps its weights where that is asked for, and --fresh removes them', async () => {
    const options = { ...(await setting()), saveWeights: true };
    const { artifacts } = await trainStage(options);
    expect(artifacts.map((file) => path.basename(file))).toEqual(['policy-seed-1.jsonl', 'policy-seed-1.weights.npz']);
    await trainStage({ ...options, saveWeights: false, fresh: true });
    expect((await readdir(options.out)).filter((name) => name.endsWith('.npz'))).toEqual([]);
  });

  test('measures along the run what the experiment asks for, and says so in its header', async () => {
    const measurements = [{ type: 'batch_sharpness', every: 2 }];
    const options = await setting({}, { measurements });
    await trainStage(options);
    const { header, measurements: rows } = await readTrainingLog(path.join(options.out, 'policy-seed-1.jsonl'));
    expect(header.measurements).toEqual(measurements);
    expect(rows.map(({ update }) => update)).toEqual([0, 2]);
  });

  test('under a policy of another experiment is refused, every difference named', async () => {
    const objective = { metric: 'clean', split: 'train', form: 'terminal' } as const;
    const output = { ...examplePolicy().output, optimizer: { ...examplePolicy().output.optimizer, batch_size: 32 } };
    const optimizer = { momentum: 0.9 };
    const options = await setting({ attack: { ...ATTACK, eps: 0.2 }, output, objective }, { optimizer });
    await expect(trainStage(options)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      remedy: expect.stringContaining('--allow-mismatch'),
      issues: [
        { path: 'attack.alpha' },
        { path: 'attack.eps', message: 'the policy was made for 0.2, the experiment has 0.1' },
        { path: 'batch_size', message: 'the policy was made for 32, the experiment has 64' },
        { path: 'objective.metric' },
        { path: 'optimizer.momentum' },
      ],
    });
    expect(await readdir(options.out)).toEqual(['experiment.json', 'policy.json']);
  });

  test('and trains where that is allowed, which the log then says', async () => {
    const options = await setting({ attack: { ...ATTACK, eps: 0.2 } });
    await trainStage({ ...options, allowMismatch: true });
    const { header } = await readTrainingLog(path.join(options.out, 'policy-seed-1.jsonl'));
    expect(header.lr_schedule).toMatchObject({ name: 'policy', mismatches: ['attack.alpha', 'attack.eps'] });
  });

  test('another policy under the same name is refused, and --fresh starts over', async () => {
    const options = await setting();
    await trainStage(options);
    const other = await setting({ name: 'another' });
    const again = { ...options, policyPath: other.policyPath! };
    await expect(trainStage(again)).rejects.toMatchObject({
      code: 'E_RUN_MISMATCH',
      remedy: expect.stringContaining('--fresh'),
      issues: [{ path: 'options.lr_schedule.policy_id' }],
    });
    expect((await trainStage({ ...again, fresh: true })).result.status).toBe('completed');
    expect(await readdir(options.out)).toContain('policy.json');
  });
});
