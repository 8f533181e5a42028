import { describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readTrainingLog } from '../../src/artifacts/log-file.js';
import { pilotSchema } from '../../src/artifacts/experiment/experiment.js';
import { readArtifact } from '../../src/artifacts/files.js';
import { importStage } from '../../src/import/stage/stage.js';
import { plannedRuns } from '../../src/pilot/plan.js';
import { planStage } from '../../src/pilot/plan-stage.js';
import { policySchedule } from '../../src/schedules/index.js';
import { NOTHING_OBSERVED } from '../../src/schedules/index.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const PGD = { type: 'pgd', eps: 0.1, steps: 5 };

/** A plan for 400 updates up to the rate 0.4, and the folder that it was written into. */
async function written() {
  const out = await temporaryFolder();
  const attack = path.join(out, 'attack.json');
  await writeFile(attack, JSON.stringify(PGD));
  return { out, attack, done: await planStage({ out, attack, peak: 0.4, horizon: 400, batchSize: 64 }) };
}

describe('a plan', () => {
  test('spends 35 % of a run on two runs with three ends each, less what the search for the peak took', () => {
    const setting = { pilot: pilotSchema.parse({}), peak: 0.4, horizon: 400, warmupUpdates: 8, seed: 1 };
    const cost = { update: 6, observation: 0 };
    const { runs } = plannedRuns({ ...setting, cost });
    // 140 updates: 70 for each run; an end of 0.14 x 70 = 10, so that 40 are shared.
    expect(runs.map(({ name, rates, shares }) => [name, rates.length, shares?.updates ?? null])).toEqual([
      ['run-0', 50, null],
      ['run-0-linear', 50, 40],
      ['run-0-step', 50, 40],
      ['run-1', 50, null],
      ['run-1-linear', 50, 40],
      ['run-1-step', 50, 40],
    ]);
    expect(runs[1].rates.slice(0, 40)).toEqual(runs[0].rates.slice(0, 40));
    expect(runs[2].rates.slice(40)).toEqual(Array<number>(10).fill(0.4 * 0.1));
    const pilot = { ...setting.pilot, budget: 0.35 - 40 / 400 };
    expect(plannedRuns({ ...setting, pilot, cost }).runs[0].rates).toHaveLength(34);
  });

  test('is a table and a policy of each run, and the policy gives the rates of the table', async () => {
    const { out, done } = await written();
    expect(done.artifacts).toHaveLength(12);
    const table = (await readFile(path.join(out, 'run-0-step.csv'), 'utf8')).trimEnd().split('\n');
    const policy = await readArtifact('policy', path.join(out, 'run-0-step.policy.json'));
    const schedule = policySchedule(policy, { updates: policy.time.horizon });
    let state = schedule.init();
    for (const [k, line] of table.slice(1).entries()) {
      const decided = schedule.decide(state, NOTHING_OBSERVED);
      expect([k, decided.controls.learning_rate]).toEqual(line.split(',').map(Number));
      state = decided.state;
    }
  });

  test('comes back: logs with its rates are imported as runs with their forks', async () => {
    const { out, attack } = await written();
    const names = ['run-0', 'run-0-linear', 'run-0-step', 'run-1'];
    for (const name of names) {
      const table = (await readFile(path.join(out, `${name}.csv`), 'utf8')).trimEnd().split('\n').slice(1);
      // A loss that depends on the seed, and on the rates of the updates before.
      let loss = name.startsWith('run-0') ? 2 : 2.1;
      const rows = table.map((line) => {
        const row = `${line},${loss}`;
        loss *= 1 - 0.01 * Number(line.split(',')[1]);
        return row;
      });
      await writeFile(path.join(out, `${name}.csv`), ['update,lr,loss', ...rows, ''].join('\n'));
    }
    const files = names.map((name) => path.join(out, `${name}.csv`));
    const { artifacts } = await importStage({
      ...{
        files,
        out: path.join(out, 'logs'),
        attack,
        batchSize: 64,
        optimizer: 'sgd',
        rateIs: 'before',
        seeds: [1, 1, 1, 2],
      },
    });
    const headers = await Promise.all(artifacts.map(async (file) => (await readTrainingLog(file)).header));
    expect(headers.map(({ forked_from }) => forked_from?.run_id)).toEqual([undefined, 'run-0', 'run-0', undefined]);
    // The line leaves the peak one update later than the step; both part from the state before update 40.
    expect(headers[1].forked_from).toMatchObject({ update: 40, n_grad_evals: 240 });
  });

  test('needs a peak and a horizon', async () => {
    await expect(planStage({ out: 'plan', horizon: 400 })).rejects.toMatchObject({
      code: 'E_USAGE',
      remedy: expect.stringMatching(/--peak RATE.*--horizon UPDATES.*hjb_lr.torch.Pilot/),
    });
  });
});
