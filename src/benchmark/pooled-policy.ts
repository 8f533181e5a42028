import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readTrainingLog } from '../artifacts/log-file.js';
import { readArtifact, writeArtifact } from '../artifacts/files.js';
import { decisionSchema } from '../artifacts/policy/decision.js';
import type { Results } from '../artifacts/results/results.js';
import { HjbLrError } from '../errors.js';
import { estimateFiles, unfittedCoefficients } from '../estimation/stage.js';
import type { TaskKind } from '../execution/task.js';
import type { WrittenEvent } from '../execution/written-files.js';
import { inTurn } from '../in-turn.js';
import { frozen } from '../json.js';
import { solveFile } from '../synthesis/stage/stage.js';
import type { ExperimentRecord } from '../training/experiment-record.js';
import { geometricMean } from 'simple-statistics';
import { preparedFiles } from './prepare-task.js';

/** What a worker process imports to make the policy of all seeds. */
export const POOLED_POLICY_TASK: TaskKind<PooledPolicyTask> = { module: import.meta.url };

/** One policy of the pilots of all seeds, as JSON. */
export interface PooledPolicyTask {
  readonly record: ExperimentRecord;
  /** Folder of the policy, above those of the seeds. */
  readonly out: string;
  readonly seeds: readonly { readonly folder: string; readonly seed: number; readonly peak: number }[];
}

/**
 * The policy to take away from a run: estimated from the pilot runs of all seeds together, for the geometric mean of their
 * peaks. It takes part in no comparison, because it has seen the pilots of seeds other than that of a run. A finished one is
 * taken as it is.
 */
export async function runTask(input: unknown, report: (event: WrittenEvent) => void): Promise<{ policy: string }> {
  const { record, out, seeds } = input as PooledPolicyTask;
  frozen(record);
  const files = pooledFiles(out);
  const peak = geometricMean(seeds.map((seed) => seed.peak));
  const logs = (await Promise.all(seeds.map(({ folder }) => logsIn(folder)))).flat();
  if (!existsSync(files.coefficients)) await estimateAll(record, out, logs, { peak, seed: seeds[0].seed });
  if (!existsSync(files.policy)) await solveFile(files.coefficients, record.experiment.solver, out);
  report({ written: POOLED_FILES.map((name) => path.join(out, name)).filter((file) => existsSync(file)) });
  return { policy: files.policy };
}

/** What the run folder has of it, by name. */
export const POOLED_FILES = ['coefficients.json', 'solution.json', 'policy-hjb.json', 'policy.json'] as const;

function pooledFiles(out: string): { readonly coefficients: string; readonly policy: string } {
  return { coefficients: path.join(out, 'coefficients.json'), policy: path.join(out, 'policy.json') };
}

/** The policy as the results tell of it. */
export async function pooledPolicyRecord(out: string, seeds: number): Promise<NonNullable<Results['policy']>> {
  const { policy: file } = pooledFiles(out);
  const policy = await readArtifact('policy', file);
  const coefficients = await readArtifact('coefficients', pooledFiles(out).coefficients);
  return {
    policy_path: path.relative(out, file),
    policy_id: policy.policy_id,
    seeds,
    peak: coefficients.rates.max,
    decision: decisionSchema.parse(policy.provenance['decision']),
  };
}

async function logsIn(folder: string): Promise<string[]> {
  const { trajectories } = preparedFiles(folder);
  const names = (await readdir(trajectories)).filter((name) => name.endsWith('.jsonl'));
  return names.sort().map((name) => path.join(trajectories, name));
}

/** Where the runs cannot be fitted together, coefficients that say why: the policy is then WSD at the mean peak. */
async function estimateAll(
  { experiment }: ExperimentRecord,
  out: string,
  logs: readonly string[],
  { peak, seed }: { readonly peak: number; readonly seed: number },
): Promise<void> {
  try {
    await estimateFiles(logs, experiment, { out, seed, given: { peak } });
  } catch (error) {
    if (!(error instanceof HjbLrError) || error.code !== 'E_PILOT') throw error;
    const why = { peak, unfitted: error.message };
    const read = await inTurn(logs, (log) => readTrainingLog(log));
    await writeArtifact('coefficients', pooledFiles(out).coefficients, unfittedCoefficients(read, experiment, why));
  }
}
