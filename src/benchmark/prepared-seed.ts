import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Coefficients } from '../artifacts/coefficients/coefficients.js';
import { readArtifact } from '../artifacts/files.js';
import { decisionSchema, type Decision } from '../artifacts/policy/decision.js';
import type { Policy } from '../artifacts/policy/policy.js';
import type { Results } from '../artifacts/results/results.js';
import { artifactSha256 } from '../artifacts/shared/hash.js';
import { closureSolution } from '../artifacts/solution/solution.js';
import { isPeakSearch } from '../artifacts/training-log/training-log.js';
import { readTrainingLog, REPAIR_RUN } from '../artifacts/log-file.js';
import { HjbLrError } from '../errors.js';
import type { SeedPreparation } from './methods.js';
import { namedReading, preparedFiles } from './prepare-task.js';
import { seedFolder } from './runs.js';

/** A seed with everything that its own pilot, estimate and solve left behind. */
export interface PreparedSeed extends SeedPreparation {
  readonly coefficients: Coefficients;
  readonly solution: Results['seeds'][number]['solution'];
  readonly followed: string;
  readonly decision: Decision;
  readonly pilotGradEvals: number;
  readonly readingGradEvals: number;
}

/**
 * What a seed's pilot, estimate and solve wrote.
 * @param named - whether schedules by name need the seed's reading
 */
export async function readPrepared(out: string, seed: number, named: boolean): Promise<PreparedSeed> {
  const files = preparedFiles(seedFolder(out, seed));
  const coefficients = await readArtifact('coefficients', files.coefficients);
  const policy = await readArtifact('policy', files.policy);
  const hjb = await readArtifact('policy', files.hjb);
  const { pilot_runs, pilot_grad_evals } = coefficients.provenance;
  const search = pilot_runs.filter(isPeakSearch);
  return {
    seed,
    peak: coefficients.rates.max,
    policyPath: path.resolve(files.policy),
    policy,
    hjbPath: path.resolve(files.hjb),
    hjb,
    decision: decisionOf(policy, files.policy),
    coefficients,
    solution: existsSync(files.solution)
      ? closureSolution(await readArtifact('solution', files.solution), files.solution)
      : null,
    followed: hjb.form === 'feedback_table' ? coefficients.selected! : 'wsd',
    pilotGradEvals: pilot_grad_evals,
    readingGradEvals: search.reduce((sum, run) => sum + run.n_grad_evals, 0),
    recommended: existsSync(files.recommended)
      ? { policy: await readArtifact('policy', files.recommended), path: path.resolve(files.recommended) }
      : null,
    reading: named ? namedReading(await readTrainingLog(files.reading)) : null,
  };
}

/** What `solve` decided, from the policy's provenance. */
function decisionOf({ provenance }: Policy, file: string): Decision {
  const { success, data } = decisionSchema.safeParse(provenance['decision']);
  if (success) return data;
  throw new HjbLrError('E_RUN_MISMATCH', `${file} is not the policy that was decided for its seed.`, {
    remedy: REPAIR_RUN,
    fields: { file },
  });
}

/** A seed as the results tell of it, with the hashes of its files. */
export async function seedRecord(out: string, seed: PreparedSeed): Promise<Results['seeds'][number]> {
  const files = preparedFiles(seedFolder(out, seed.seed));
  const written = [
    files.coefficients,
    files.policy,
    files.hjb,
    ...(seed.solution === null ? [] : [files.solution]),
    ...(seed.recommended === null ? [] : [files.recommended]),
  ];
  const hashes = await Promise.all(
    written.map(async (file) => [path.relative(out, file), artifactSha256(JSON.parse(await readFile(file, 'utf8')))]),
  );
  return {
    seed: seed.seed,
    peak: seed.peak,
    followed: seed.followed,
    decision: seed.decision,
    coefficients: seed.coefficients,
    solution: seed.solution,
    policy_path: path.relative(out, seed.policyPath),
    ...(seed.recommended === null
      ? {}
      : {
          recommended: {
            policy_path: path.relative(out, seed.recommended.path),
            choices: [...seed.recommended.policy.whole_method!.choices],
          },
        }),
    artifacts: Object.fromEntries(hashes) as Record<string, string>,
  };
}
