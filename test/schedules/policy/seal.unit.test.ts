import { describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readArtifact } from '../../../src/artifacts/files.js';
import type { Policy, PolicyControl } from '../../../src/artifacts/policy/policy.js';
import { createSchedule, failingPolicyTests, sealPolicyFile } from '../../../src/schedules/index.js';
import { temporaryFolder } from '../../helpers/temporary-folder.js';
import { learningRateOf, tablePolicy, withLearningRate } from '../fixtures/policies.js';

const policy = tablePolicy();

/** The policy with other guards, and the hash of the first one. */
function changed(guards: Partial<PolicyControl['guards']>): Policy {
  return withLearningRate(policy, { guards: { ...learningRateOf(policy).guards, ...guards } });
}

describe('a policy file that was edited', () => {
  async function edited(): Promise<string> {
    const file = path.join(await temporaryFolder(), 'policy.json');
    await writeFile(file, JSON.stringify(changed({ max: 0.2 })));
    return file;
  }

  test('is refused as a schedule, naming the hash and the remedy', async () => {
    const spec = { name: 'policy', path: await edited() } as const;
    await expect(createSchedule(spec, { updates: 100, baseDirectory: '.' })).rejects.toMatchObject({
      code: 'E_INVALID',
      issues: [{ path: 'policy_id' }],
      remedy: expect.stringContaining('--seal'),
    });
  });

  test('is a policy again once it is sealed: with new vectors, a new hash and a note', async () => {
    const file = await edited();
    const id = await sealPolicyFile(file);
    const sealed = await readArtifact('policy', file);
    expect(sealed).toMatchObject({ policy_id: id, provenance: { edited: true } });
    expect(learningRateOf(sealed).guards.max).toBe(0.2);
    expect(id).not.toBe(policy.policy_id);
    expect(sealed.tests.length).toBeGreaterThanOrEqual(20);
    expect(failingPolicyTests(sealed)).toEqual([]);
    expect(await sealPolicyFile(file)).toBe(id);
  });

  test('is not sealed if it contradicts itself', async () => {
    const file = await edited();
    await writeFile(file, JSON.stringify(changed({ min: 9 })));
    await expect(sealPolicyFile(file)).rejects.toMatchObject({
      issues: [{ path: 'controls.learning_rate.guards.min' }],
    });
  });
});
