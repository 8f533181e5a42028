import path from 'node:path';
import { HjbLrError } from '../../errors.js';
import { STANDARD_INPUT } from '../../standard-input.js';
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
  options: {
    seal: toggle('accept a file that was edited by hand: renew its digest; of a policy its tests and its policy_id'),
  },
  examples: ['validate policy.json', 'validate policy.json --seal', 'run --print-template | hjb-lr validate -'],
  run: async ({ file, seal }) => {
    if (seal === true) await sealFile(sealable(file));
    const validation = await validateAny(file);
    if (seal !== true) await requireRecorded(file);
    return {
      artifacts: seal === true ? [file] : [],
      summary: [`valid: ${validation.summary}`],
      result: { ...validation },
    };
  },
});

/** @throws E_USAGE for the standard input, which cannot be written back */
function sealable(file: string): string {
  if (file !== STANDARD_INPUT) return file;
  throw new HjbLrError('E_USAGE', '--seal writes the file back, and the standard input is no file.', {
    remedy: 'Give the file.',
  });
}

async function sealFile(file: string): Promise<void> {
  const { readJson, sealArtifact } = await import('../../artifacts/files.js');
  const kind = (Object(await readJson(file)) as { kind?: unknown }).kind;
  if (kind !== 'policy' && ['coefficients', 'solution', 'results', 'sde_analysis'].includes(kind as string))
    return sealArtifact(kind as 'coefficients', file);
  const { sealPolicyFile } = await import('../../schedules/index.js');
  await sealPolicyFile(file);
}

/** A file in the folder of a run is also compared with the digest that the run recorded. */
async function requireRecorded(file: string): Promise<void> {
  const { requireRecordedFile } = await import('../../execution/recorded-file.js');
  await requireRecordedFile(file);
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
