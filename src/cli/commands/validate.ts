import path from 'node:path';
import { HjbLrError } from '../../errors.js';
import { argument, toggle } from '../../execution/stage-options.js';
import { defineCommand } from '../command.js';

export const validate = defineCommand({
  description: 'check any file of ours against its schema; a policy also against its own hash and tests',
  input: {
    file: argument(
      '<file>',
      'experiment, training log, coefficients, control problem, solution, policy, results, SGD model, its SDE, or run.json',
    ),
  },
  options: { seal: toggle('accept a policy that was edited by hand: renew its tests and its policy_id') },
  run: async ({ file, seal }) => {
    if (seal === true) await sealPolicy(file);
    const validation = await validateAny(file);
    return {
      artifacts: seal === true ? [file] : [],
      summary: [`valid: ${validation.summary}`],
      result: { ...validation },
    };
  },
});

async function sealPolicy(file: string): Promise<void> {
  const { sealPolicyFile } = await import('../../schedules/index.js');
  await sealPolicyFile(file);
}

async function validateAny(file: string): Promise<{ kind: string; file: string; summary: string }> {
  const { LEDGER_NAME, readLedger } = await import('../../execution/ledger.js');
  if (LEDGER_NAME.test(path.basename(file))) {
    const { command, tool_version: version } = await readLedger(path.dirname(file), path.basename(file));
    return { kind: 'run', file, summary: `record of ${command}, hjb-lr ${version}` };
  }
  const { validateFile } = await import('../../artifacts/validate.js');
  const validation = await validateFile(file);
  if (validation.kind === 'policy') await checkPolicy(file);
  return validation;
}

/** A policy carries its own tests. @throws E_CHECK_FAILED if this release does not reproduce them */
async function checkPolicy(file: string): Promise<void> {
  const { readArtifact } = await import('../../artifacts/files.js');
  const { checkPolicyTests } = await import('../../schedules/index.js');
  const failures = checkPolicyTests(await readArtifact('policy', file));
  if (failures.length === 0) return;
  throw new HjbLrError('E_CHECK_FAILED', `${file}: ${failures.length} of the policy's own tests fail.`, {
    remedy: 'Write the policy again with `hjb-lr solve`.',
    issues: failures.map(({ vector, update, expected, actual }) => ({
      path: `tests.${vector}`,
      message: `update ${update}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`,
    })),
    fields: { file, failing: failures.map(({ vector }) => vector) },
  });
}
