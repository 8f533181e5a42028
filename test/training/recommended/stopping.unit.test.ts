import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { experimentSchema, type Experiment } from '../../../src/artifacts/experiment/experiment.js';
import { readArtifact } from '../../../src/artifacts/files.js';
import { readTrainingLog } from '../../../src/artifacts/log-file.js';
import { trainStage } from '../../../src/training/stage/stage.js';
import { writeArtifact } from '../../../src/artifacts/files.js';
import { temporaryFolder } from '../../helpers/temporary-folder.js';

const TINY = experimentSchema.parse(JSON.parse(readFileSync('test/fixtures/tiny.json', 'utf8')));

/** The tiny experiment with these fields in a folder of its own. */
async function written(fields: Partial<Experiment>): Promise<{ experimentPath: string; out: string }> {
  const folder = await temporaryFolder();
  const experimentPath = path.join(folder, 'experiment.json');
  await writeArtifact('experiment', experimentPath, {
    ...TINY,
    evaluation: { ...TINY.evaluation, checks: null },
    ...fields,
  });
  return { experimentPath, out: path.join(folder, 'out') };
}

const VALIDATION: Experiment['objective'] = { metric: 'adversarial', split: 'validation', form: 'terminal' };
const options = { schedule: 'recommended:rate=1', seed: 1, engine: 'auto' as const };

describe('the recommended method under a validation objective', () => {
  test('looks at the validation loss, returns its best look, and follows its policy file to the same rows', async () => {
    const { experimentPath, out } = await written({ objective: VALIDATION });
    const { artifacts } = await trainStage({ ...options, experimentPath, out });
    const log = await readTrainingLog(artifacts[artifacts.length - 1]);
    const best = log.looks.reduce((low, look) => (Number(look.held_out_loss) < Number(low.held_out_loss) ? look : low));
    expect(log.looks.length).toBeGreaterThan(2);
    expect(log.end!.returned_update).toBe(best.update);
    const policyPath = artifacts.find((file) => file.endsWith('.policy.json'))!;
    expect((await readArtifact('policy', policyPath)).whole_method!.stopping).toBeDefined();
    const followed = await trainStage({
      policyPath,
      seed: 1,
      engine: 'auto',
      experimentPath,
      out: path.join(out, 'again'),
    });
    const again = await readTrainingLog(followed.artifacts[followed.artifacts.length - 1]);
    expect(again.looks).toEqual(log.looks);
  });

  test('costs no more than a run of the experiment', async () => {
    const { experimentPath, out } = await written({ objective: VALIDATION });
    const { artifacts } = await trainStage({ ...options, experimentPath, out });
    const { end, header } = await readTrainingLog(artifacts[artifacts.length - 1]);
    const { replaces } = (
      await readArtifact(
        'policy',
        artifacts.find((file) => file.endsWith('.policy.json'))!,
      )
    ).whole_method!;
    expect(header.stopping!.looks.at(-1)).toBe(end!.updates);
    // Looks for a collapse are charged on top.
    expect(end!.n_grad_evals! / replaces.gradient_evaluations).toBeLessThanOrEqual(1.02);
  });

  test('does not look where the objective is the training loss', async () => {
    const { experimentPath, out } = await written({});
    const { artifacts } = await trainStage({ ...options, experimentPath, out });
    expect((await readTrainingLog(artifacts[artifacts.length - 1])).looks).toEqual([]);
  });
});
